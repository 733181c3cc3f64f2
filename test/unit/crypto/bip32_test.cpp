#include <daler/crypto/base58check.h>
#include <daler/crypto/bip32.h>
#include <daler/encoding/hex.h>

#include <test.h>

using namespace daler;
using namespace daler::crypto;

namespace {

constexpr KeyVersion xprv{0x04, 0x88, 0xad, 0xe4};
constexpr KeyVersion xpub{0x04, 0x88, 0xb2, 0x1e};

struct Step {
    std::uint32_t number;  // of the child of the key before; the first is the master
    std::string_view public_text;
    std::string_view private_text;
};

struct Chain {
    std::string_view seed;
    std::vector<Step> steps;
};

// Test vectors 1 to 4 of BIP 32.
const std::vector<Chain>& chains() {
    static const std::vector<Chain> all{
        {"000102030405060708090a0b0c0d0e0f",
         {
             {0,
              "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqs"
              "efD265TMg7usUDFdp6W1EGMcet8",
              "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kej"
              "MRNNU3TGtRBeJgk33yuGBxrMPHi"},
             {hardened | 0,
              "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1"
              "bgwQ9xv5ski8PX9rL2dZXvgGDnw",
              "xprv9uHRZZhk6KAJC1avXpDAp4MDc3sQKNxDiPvvkX8Br5ngLNv1TxvUxt4cV1rGL5hj6KCesnDYUhd7oWgT"
              "11eZG7XnxHrnYeSvkzY7d2bhkJ7"},
             {1,
              "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq"
              "527Hqck2AxYysAA7xmALppuCkwQ",
              "xprv9wTYmMFdV23N2TdNG573QoEsfRrWKQgWeibmLntzniatZvR9BmLnvSxqu53Kw1UmYPxLgboyZQaXwTCg"
              "8MSY3H2EU4pWcQDnRnrVA1xe8fs"},
             {hardened | 2,
              "xpub6D4BDPcP2GT577Vvch3R8wDkScZWzQzMMUm3PWbmWvVJrZwQY4VUNgqFJPMM3No2dFDFGTsxxpG5uJh7"
              "n7epu4trkrX7x7DogT5Uv6fcLW5",
              "xprv9z4pot5VBttmtdRTWfWQmoH1taj2axGVzFqSb8C9xaxKymcFzXBDptWmT7FwuEzG3ryjH4ktypQSAewR"
              "iNMjANTtpgP4mLTj34bhnZX7UiM"},
             {2,
              "xpub6FHa3pjLCk84BayeJxFW2SP4XRrFd1JYnxeLeU8EqN3vDfZmbqBqaGJAyiLjTAwm6ZLRQUMv1ZACTj37"
              "sR62cfN7fe5JnJ7dh8zL4fiyLHV",
              "xprvA2JDeKCSNNZky6uBCviVfJSKyQ1mDYahRjijr5idH2WwLsEd4Hsb2Tyh8RfQMuPh7f7RtyzTtdrbdqqs"
              "unu5Mm3wDvUAKRHSC34sJ7in334"},
             {1000000000,
              "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8"
              "yGasTvXEYBVPamhGW6cFJodrTHy",
              "xprvA41z7zogVVwxVSgdKUHDy1SKmdb533PjDz7J6N6mV6uS3ze1ai8FHa8kmHScGpWmj4WggLyQjgPie1rF"
              "SruoUihUZREPSL39UNdE3BBDu76"},
         }},
        {"fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7"
         "b7875726f6c696663605d5a5754514e4b484542",
         {
             {0,
              "xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6"
              "mr8BDzTJY47LJhkJ8UB7WEGuduB",
              "xprv9s21ZrQH143K31xYSDQpPDxsXRTUcvj2iNHm5NUtrGiGG5e2DtALGdso3pGz6ssrdK4PFmM8NSpSBHNq"
              "Pqm55Qn3LqFtT2emdEXVYsCzC2U"},
             {0,
              "xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDzn"
              "ezpbZb7ap6r1D3tgFxHmwMkQTPH",
              "xprv9vHkqa6EV4sPZHYqZznhT2NPtPCjKuDKGY38FBWLvgaDx45zo9WQRUT3dKYnjwih2yJD9mkrocEZXo1e"
              "x8G81dwSM1fwqWpWkeS3v86pgKt"},
             {hardened | 2147483647,
              "xpub6ASAVgeehLbnwdqV6UKMHVzgqAG8Gr6riv3Fxxpj8ksbH9ebxaEyBLZ85ySDhKiLDBrQSARLq1uNRts8"
              "RuJiHjaDMBU4Zn9h8LZNnBC5y4a",
              "xprv9wSp6B7kry3Vj9m1zSnLvN3xH8RdsPP1Mh7fAaR7aRLcQMKTR2vidYEeEg2mUCTAwCd6vnxVrcjfy2kR"
              "gVsFawNzmjuHc2YmYRmagcEPdU9"},
             {1,
              "xpub6DF8uhdarytz3FWdA8TvFSvvAh8dP3283MY7p2V4SeE2wyWmG5mg5EwVvmdMVCQcoNJxGoWaU9DCWh89"
              "LojfZ537wTfunKau47EL2dhHKon",
              "xprv9zFnWC6h2cLgpmSA46vutJzBcfJ8yaJGg8cX1e5StJh45BBciYTRXSd25UEPVuesF9yog62tGAQtHjXa"
              "jPPdbRCHuWS6T8XA2ECKADdw4Ef"},
             {hardened | 2147483646,
              "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY"
              "2grBGRjaDMzQLcgJvLJuZZvRcEL",
              "xprvA1RpRA33e1JQ7ifknakTFpgNXPmW2YvmhqLQYMmrj4xJXXWYpDPS3xz7iAxn8L39njGVyuoseXzU6rcx"
              "FLJ8HFsTjSyQbLYnMpCqE2VbFWc"},
             {2,
              "xpub6FnCn6nSzZAw5Tw7cgR9bi15UV96gLZhjDstkXXxvCLsUXBGXPdSnLFbdpq8p9HmGsApME5hQTZ3emM2"
              "rnY5agb9rXpVGyy3bdW6EEgAtqt",
              "xprvA2nrNbFZABcdryreWet9Ea4LvTJcGsqrMzxHx98MMrotbir7yrKCEXw7nadnHM8Dq38EGfSh6dqA9QWT"
              "yefMLEcBYJUuekgW4BYPJcr9E7j"},
         }},
        {"4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab"
         "5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be",
         {
             {0,
              "xpub661MyMwAqRbcEZVB4dScxMAdx6d4nFc9nvyvH3v4gJL378CSRZiYmhRoP7mBy6gSPSCYk6SzXPTf3ND1"
              "cZAceL7SfJ1Z3GC8vBgp2epUt13",
              "xprv9s21ZrQH143K25QhxbucbDDuQ4naNntJRi4KUfWT7xo4EKsHt2QJDu7KXp1A3u7Bi1j8ph3EGsZ9Xvz9"
              "dGuVrtHHs7pXeTzjuxBrCmmhgC6"},
             {hardened | 0,
              "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9M"
              "Yo6oDaPPLPxSb7gwQN3ih19Zm4Y",
              "xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6vcBcBUdJ"
              "CVVFceUvJFjaPdGZ2y9WACViL4L"},
         }},
        {"3ddd5602285899a946114506157c7997e5444528f3003f6134712147db19b678",
         {
             {0,
              "xpub661MyMwAqRbcGczjuMoRm6dXaLDEhW1u34gKenbeYqAix21mdUKJyuyu5F1rzYGVxyL6tmgBUAEPrEz9"
              "2mBXjByMRiJdba9wpnN37RLLAXa",
              "xprv9s21ZrQH143K48vGoLGRPxgo2JNkJ3J3fqkirQC2zVdk5Dgd5w14S7fRDyHH4dWNHUgkvsvNDCkvAwcS"
              "HNAQwhwgNMgZhLtQC63zxwhQmRv"},
             {hardened | 0,
              "xpub69AUMk3qDBi3uW1sXgjCmVjJ2G6WQoYSnNHyzkmdCHEhSZ4tBok37xfFEqHd2AddP56Tqp4o56AePAgC"
              "jYdvpW2PU2jbUPFKsav5ut6Ch1m",
              "xprv9vB7xEWwNp9kh1wQRfCCQMnZUEG21LpbR9NPCNN1dwhiZkjjeGRnaALmPXCX7SgjFTiCTT6bXes17boX"
              "tjq3xLpcDjzEuGLQBM5ohqkao9G"},
             {hardened | 1,
              "xpub6BJA1jSqiukeaesWfxe6sNK9CCGaujFFSJLomWHprUL9DePQ4JDkM5d88n49sMGJxrhpjazuXYWdMf17"
              "C9T5XnxkopaeS7jGk1GyyVziaMt",
              "xprv9xJocDuwtYCMNAo3Zw76WENQeAS6WGXQ55RCy7tDJ8oALr4FWkuVoHJeHVAcAqiZLE7Je3vZJHxspZdF"
              "HfnBEjHqU5hG1Jaj32dVoS6XLT1"},
         }},
    };
    return all;
}

ExtendedPrivateKey master() {
    const auto out = ExtendedPrivateKey::from_seed(as_bytes("a seed of some bytes"));
    REQUIRE(out);
    return *out;
}

}  // namespace

TEST_CASE("keys derive as in the vectors of BIP 32", "[crypto][bip32]") {
    for (const auto& chain : chains()) {
        auto key = ExtendedPrivateKey::from_seed(from_hex(chain.seed).value());
        REQUIRE(key);
        for (std::size_t i = 0; i < chain.steps.size(); ++i) {
            const Step& step = chain.steps[i];
            if (i > 0) {
                const auto parent = key->neuter();
                key = key->derive(step.number);
                REQUIRE(key);
                const auto from_public = parent.derive(step.number);
                CHECK(from_public.has_value() == (step.number < hardened));
                if (from_public) CHECK(*from_public == key->neuter());
            }
            CHECK(key->to_text(xprv) == step.private_text);
            CHECK(key->neuter().to_text(xpub) == step.public_text);

            const auto read_private = ExtendedPrivateKey::from_text(step.private_text, xprv);
            REQUIRE(read_private);
            CHECK(read_private->to_text(xprv) == step.private_text);
            const auto read_public = ExtendedPublicKey::from_text(step.public_text, xpub);
            REQUIRE(read_public);
            CHECK(*read_public == key->neuter());
        }
    }
}

TEST_CASE("an extended key is refused when any part does not fit", "[crypto][bip32]") {
    const auto child = master().derive(1).value();
    auto secret = child.encode(xprv);
    auto open = child.neuter().encode(xpub);
    REQUIRE(ExtendedPrivateKey::decode(secret, xprv));
    REQUIRE(ExtendedPublicKey::decode(open, xpub));

    SECTION("another version") {
        CHECK_FALSE(ExtendedPrivateKey::decode(secret, xpub));
        CHECK_FALSE(ExtendedPublicKey::decode(open, xprv));
    }
    SECTION("a length other than 78") {
        CHECK_FALSE(ExtendedPrivateKey::decode(ByteSpan(secret).first(77), xprv));
        CHECK_FALSE(ExtendedPublicKey::decode(ByteSpan(open).first(77), xpub));
        CHECK_FALSE(ExtendedPublicKey::decode({}, xpub));
    }
    SECTION("a master key with a parent or a number") {
        secret[4] = open[4] = 0;
        CHECK_FALSE(ExtendedPrivateKey::decode(secret, xprv));
        CHECK_FALSE(ExtendedPublicKey::decode(open, xpub));
    }
    SECTION("a public key in place of a private one and the reverse") {
        std::copy(open.begin() + 45, open.end(), secret.begin() + 45);
        CHECK_FALSE(ExtendedPrivateKey::decode(secret, xprv));
        open[45] = 0;
        CHECK_FALSE(ExtendedPublicKey::decode(open, xpub));
    }
    SECTION("a key out of range") {
        std::fill(secret.begin() + 46, secret.end(), std::uint8_t{0});
        CHECK_FALSE(ExtendedPrivateKey::decode(secret, xprv));
        std::fill(secret.begin() + 46, secret.end(), std::uint8_t{0xff});
        CHECK_FALSE(ExtendedPrivateKey::decode(secret, xprv));
        std::fill(open.begin() + 46, open.end(), std::uint8_t{0xff});
        CHECK_FALSE(ExtendedPublicKey::decode(open, xpub));
    }
    SECTION("a text with a wrong checksum") {
        auto text = child.to_text(xprv);
        text.back() = text.back() == 'A' ? 'B' : 'A';
        CHECK_FALSE(ExtendedPrivateKey::from_text(text, xprv));
        CHECK_FALSE(ExtendedPublicKey::from_text("", xpub));
    }
}

TEST_CASE("depth ends at 255", "[crypto][bip32]") {
    auto bytes = master().derive(0).value().encode(xprv);
    bytes[4] = 254;
    const auto last_but_one = ExtendedPrivateKey::decode(bytes, xprv);
    REQUIRE(last_but_one);
    const auto last = last_but_one->derive(0);
    REQUIRE(last);
    CHECK(last->origin().depth == 255);
    CHECK_FALSE(last->derive(0));
    CHECK_FALSE(last->neuter().derive(0));
}
