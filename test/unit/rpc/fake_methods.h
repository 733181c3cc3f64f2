#pragma once

#include <daler/primitives/chain_params.h>
#include <daler/rpc/dispatcher.h>
#include <daler/util/clock.h>

#include <array>
#include <stdexcept>

namespace daler::rpc::test {

inline const ResultField chosen{"",
                                Type::one_of,
                                "",
                                {{"without options", Type::integer, "one"},
                                 {"otherwise",
                                  Type::object,
                                  "The options",
                                  {{"speed?", units::vbytes, "How fast"},
                                   {"names?", Type::array, "", {{"", Type::string, "A name"}}}}}}};

/// Methods that need no node.
inline std::span<const Method> fake_methods() {
    static const Method all[] = {
        {"Testing",
         "add",
         "Adds two numbers.",
         {{"a|left", Type::integer, "", "The one."},
          {"b|right", Type::integer, "1", "The other."},
          {"note", Type::string, "null", "Ignored."}},
         {"", Type::integer, "The sum"},
         [](Call& call) { return Json(call.long_integer(0) + call.integer(1, 1)); }},
        {"Testing",
         "fail",
         "",
         {{"code", Type::integer, "", ""}},
         nothing,
         [](Call& call) -> Json {
             throw Error{static_cast<int>(call.integer(0)), "it failed"};
         }},
        {"Testing",
         "crash",
         "",
         {},
         nothing,
         [](Call&) -> Json { throw std::runtime_error("disk full"); }},
        {"hidden",
         "count",
         "Writes the numbers below its argument, or fails after them.",
         {{"to", Type::integer, "", ""}, {"fails", Type::boolean, "false", ""}},
         {"", Type::any, ""},
         [](Call& call, JsonWriter& result) {
             result.begin_array();
             for (int i = 0; i < call.integer(0); ++i)
                 result.number(i);
             if (call.boolean(1, false)) throw Error{-8, "it failed"};
             result.end_array();
         }},
        {"Another",
         "where",
         "",
         {},
         {"", Type::string, ""},
         [](Call& call) {
             return Json((call.has_wallet_path() ? "wallet " : "none ") + call.wallet_name());
         }},
        {"hidden",
         "types",
         "",
         {{"hash", Type::hex, "", ""},
          {"amount", Type::amount, "null", ""},
          {"list", Type::array, "null", ""},
          {"object", Type::object, "null", ""},
          {"flag", Type::boolean, "true", ""},
          {"anything", Type::any, "null", ""},
          {"number", Type::number, "0", ""}},
         {"", Type::string, ""},
         [](Call& call) { return Json(call.string(0)); }},
        {"hidden",
         "choose",
         "Returns its options, or a number if none are given.",
         {{"first", Type::integer, "null", ""},
          {"options",
           Type::options,
           "{}",
           "How",
           {{"speed|pace", units::vbytes, "1", "How fast"},
            {"names", Type::array, "null", "For whom", {{"name", Type::string, "", ""}}}}}},
         chosen,
         [](Call& call) {
             const Json& given = call.options(1);
             return given.is_null() ? Json(1) : given;
         },
         "5 '{\"speed\": 2}'\n7"},
    };
    return all;
}

/// Services for methods that use none of them.
struct NoServices {
    Services& get() { return services; }

    alignas(16) std::array<std::byte, 16> nothing{};
    ChainParams params;
    Clock clock;
    std::atomic<bool> stopping{false};
    Services services{
        .params = params,
        .clock = clock,
        .ledger = reinterpret_cast<ledger::Ledger&>(nothing),
        .peers = reinterpret_cast<sync::PeerService&>(nothing),
        .wallets = nullptr,
        .stop = {},
        .drain_events = {},
        .warnings = {},
        .loading = {},
        .stopping = stopping,
        .started = {},
        .log_path = {},
        .tips = reinterpret_cast<TipWatch&>(nothing),
        .dispatcher = reinterpret_cast<Dispatcher&>(nothing),
    };
};

/// A dispatcher of the fake methods, open.
struct Fixture {
    Fixture() {
        none.services.checks_answers = true;
        dispatcher.open(none.get());
    }

    Reply answer(std::string_view body) { return dispatcher.answer(body, {}); }

    NoServices none;
    std::array<std::span<const Method>, 1> tables{fake_methods()};
    Dispatcher dispatcher{tables};
};

}  // namespace daler::rpc::test
