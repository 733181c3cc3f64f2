#include "node/private_chain.h"

#include <daler/consensus/header_rules.h>
#include <daler/encoding/hex.h>
#include <daler/mining/mining.h>
#include <daler/util/log.h>

#include <fmt/format.h>

#include <limits>

namespace daler::node {
namespace {

using Status = Result<void, std::string>;

/// The content of blocks/chain.json: the digest of the rules, the rules, the magic and the nonce.
Json record_of(const config::ChainFile& file, const BlockHeader& genesis) {
    Json record = Json::object();
    record.append("digest", to_hex(file.digest.bytes));
    record.append("magic", to_hex(file.params.magic));
    record.append("genesis_hash", genesis.hash().to_hex());
    record.append("genesis_nonce", genesis.nonce);
    record.append("rules", file.rules);
    return record;
}

Status refuse_change(const config::ChainFile& file, const std::filesystem::path& folder,
                     std::string_view field, const std::string& was, const std::string& is) {
    return fail(
        fmt::format("{}: \"{}\" is {}, but it was {} when the chain in {} began. Restore the file, "
                    "or choose another \"name\" or -datadir.",
                    file.source(), field, is, was, folder.string()));
}

/// Compares the chain file with the stored `record`.
Status compare(const config::ChainFile& file, const Json& record,
               const std::filesystem::path& folder) {
    const Json* found = record.find("rules");
    const Json remembered = found ? *found : Json::object();
    for (const auto& [field, value] : file.rules.members()) {
        const Json* before = remembered.find(field);
        if (!before) return refuse_change(file, folder, field, "not set", value.write());
        if (*before != value)
            return refuse_change(file, folder, field, before->write(), value.write());
    }
    // Fields that later versions add are stored only if they differ from their default.
    for (const auto& [field, before] : remembered.members())
        if (!file.rules.find(field))
            return refuse_change(file, folder, field, before.write(), "not set");
    const Json magic(to_hex(file.params.magic));
    const Json* before = record.find("magic");
    if (!before || *before != magic) {
        return refuse_change(file, folder, "magic", before ? before->write() : "unknown",
                             magic.write());
    }
    return {};
}

/// Tries nonces from `first` on.
Status find_nonce(BlockHeader& genesis, const ChainParams& params, const std::atomic<bool>& stop) {
    std::uint64_t tries = std::numeric_limits<std::uint64_t>::max();
    if (mining::solve(genesis, params, tries, stop)) return {};
    if (stop) return fail(std::string("stopped while looking for the genesis block"));
    return fail(std::string(
        "no nonce gives the genesis block its proof of work: change \"genesis_time\" by a second"));
}

}  // namespace

Status prepare_private_chain(const config::ChainFile& file, storage::FileSystem& files,
                             const std::filesystem::path& folder, BlockTime now,
                             const std::atomic<bool>& stop, ChainParams& params) {
    const auto path = folder / "blocks" / "chain.json";
    Block genesis = *params.genesis;
    if (genesis.header.block_time() > now + consensus::max_future_block_time) {
        return fail(fmt::format("{}: \"genesis_time\" must not be in the future, not {}",
                                file.source(), genesis.header.time));
    }

    Json record;
    if (const auto bytes = storage::read_file(files, path)) {
        auto parsed = Json::parse(as_text(*bytes));
        if (!parsed) {
            return fail(fmt::format(
                "{} is damaged: {}. If the chain file has not changed, remove this file: the next "
                "start writes it again.",
                path.string(), parsed.error()));
        }
        record = std::move(*parsed);
        if (auto same = compare(file, record, folder); !same) return same;
        const Json* nonce = record.find("genesis_nonce");
        if (nonce) genesis.header.nonce = nonce->as_integer<unsigned>().value_or(0);
    }
    // If the stored nonce is correct, no search is needed.
    if (!consensus::check_header(genesis.header, genesis.header.hash(), params)) {
        genesis.header.nonce = 0;
        if (auto found = find_nonce(genesis.header, params, stop); !found) return found;
        log::info("The genesis block of chain {} is {}", params.name,
                  genesis.header.hash().to_hex());
    }
    params.genesis_hash = genesis.header.hash();
    params.genesis = std::make_shared<const Block>(std::move(genesis));

    const Json wanted = record_of(file, params.genesis->header);
    if (record == wanted) return {};
    files.create_folders(path.parent_path());
    storage::write_atomically(files, path, as_bytes(wanted.write(2) + "\n"));
    return {};
}

}  // namespace daler::node
