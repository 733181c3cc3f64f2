#include "rpc/block_access.h"
#include "rpc/blockchain/methods.h"
#include "rpc/descriptor_arguments.h"

#include <daler/index/block_filter.h>
#include <daler/index/indexes.h>

#include <fmt/format.h>

#include <set>

namespace daler::rpc {
namespace {

using Scripts = std::set<Script>;

/// The permission to run a scan: only one runs at a time.
class FilterScanClaim {
public:
    explicit FilterScanClaim(FilterScan& scan) : scan_(scan) {
        if (scan_.is_running.exchange(true)) {
            throw Error{code::invalid_parameter,
                        "Scan already in progress, use action \"abort\" or \"status\""};
        }
        scan_.is_aborted = false;
        scan_.progress = 0;
        scan_.height = 0;
    }
    ~FilterScanClaim() { scan_.is_running = false; }
    FilterScanClaim(const FilterScanClaim&) = delete;
    FilterScanClaim& operator=(const FilterScanClaim&) = delete;

private:
    FilterScan& scan_;
};

Json status_of_scan(const FilterScan& scan) {
    if (!scan.is_running) return nullptr;
    Json out = Json::object();
    out.append("progress", scan.progress.load());
    out.append("current_height", scan.height.load());
    return out;
}

/// Whether blocks whose filters match by chance are left out.
bool leaves_out_others(const Call& call) {
    const Json& options = call.json(5);
    const Json* value = options.find("filter_false_positives");
    return value && to_bool(*value);
}

index::FilterIndex& wanted_index(const Call& call, const std::string& type) {
    auto* indexes = call.node().indexes;
    auto* filters = indexes ? indexes->filters() : nullptr;
    if (!filters)
        throw Error{code::misc, fmt::format("Index is not enabled for filtertype {}", type)};
    return *filters;
}

/// The first and the last block to scan.
std::pair<const chain::BlockEntry*, const chain::BlockEntry*> wanted_blocks(
    const Call& call, const chain::ChainView& view) {
    const auto* first = view.at(call.integer(2, 0));
    if (!first) throw Error{code::misc, "Invalid start_height"};
    const auto* last = view.at(call.integer(3, view.height()));
    if (!last || last->height < first->height) throw Error{code::misc, "Invalid stop_height"};
    return {first, last};
}

Scripts wanted_scripts(const Call& call) {
    expect(call.json(1), Json::Kind::array);
    Scripts out;
    for (const Json& object : call.json(1).items())
        for_each_index(object, call.node(), descriptor::Descriptor::Secrets::exclude,
                       [&](const std::vector<Script>& scripts, const descriptor::KeyRing&) {
                           out.insert(scripts.begin(), scripts.end());
                       });
    return out;
}

/// Whether the block creates or spends one of the outputs: its filter matches others, too.
bool concerns(const Scripts& scripts, const chain::BlockEntry& block, const Services& node) {
    const auto is_wanted = [&](const TxOutput& output) {
        return scripts.contains(output.script_pubkey);
    };
    const auto content = read_available_block(node.ledger, block);
    for (const auto& tx : content->transactions)
        if (std::ranges::any_of(tx->outputs, is_wanted)) return true;
    if (block.height == 0) return false;  // it spends nothing
    const auto undo = read_available_undo(node.ledger, block);
    for (const auto& spent : undo.transactions)
        if (std::ranges::any_of(spent, is_wanted, &consensus::Coin::output)) return true;
    return false;
}

/// Looks for scripts in blocks, one after another.
class FilterScanner {
public:
    FilterScanner(const Services& node, const index::FilterIndex& filters, Scripts scripts,
                  bool is_exact)
        : node_(node), filters_(filters), scripts_(std::move(scripts)), is_exact_(is_exact) {
        for (const auto& script : scripts_)
            elements_.push_back(script.bytes());
    }

    [[nodiscard]] bool matches(const chain::BlockEntry& block) const {
        const auto filter = filters_.find(block.hash);
        if (!filter) {
            throw Error{code::internal_error,
                        fmt::format("The filter of block {} is missing. Delete the folder "
                                    "indexes/blockfilter: the index is built again at the next "
                                    "start.",
                                    block.hash.to_hex())};
        }
        if (!index::golomb_set_may_contain(filter->bytes, block.hash, elements_)) return false;
        return !is_exact_ || concerns(scripts_, block, node_);
    }

private:
    const Services& node_;
    const index::FilterIndex& filters_;
    const Scripts scripts_;
    const bool is_exact_;
    std::vector<ByteSpan> elements_;
};

Json run_scan(const Call& call, FilterScan& scan) {
    const Services& node = call.node();
    const auto type = call.string(4, "basic");
    if (type != "basic") throw Error{code::invalid_address_or_key, "Unknown filtertype"};
    const bool is_exact = leaves_out_others(call);
    auto& filters = wanted_index(call, type);
    const auto view = node.ledger.view();
    const auto [first, last] = wanted_blocks(call, *view);
    const FilterScanner scanner(node, filters, wanted_scripts(call), is_exact);
    if (!filters.follower().wait_if_synced())
        throw Error{code::misc, "Block filters are still in the process of being indexed."};
    const Height start = first->height, all = last->height - start;
    Height reached = start;
    Json found = Json::array();
    for (Height height = start; height <= last->height && !scan.is_aborted; ++height) {
        refuse_if_stopping(node);
        const auto& block = *last->ancestor(height);
        if (scanner.matches(block)) found.push(block.hash.to_hex());
        reached = height;
        scan.height = height;
        scan.progress = all == 0 ? 100 : static_cast<int>(100.0 / all * (height - start));
    }
    Json out = Json::object();
    out.append("from_height", start);
    out.append("to_height", reached);
    out.append("relevant_blocks", std::move(found));
    out.append("completed", !scan.is_aborted);
    return out;
}

}  // namespace

Json scanblocks(Call& call) {
    FilterScan& scan = call.node().filter_scan;
    const std::string action = call.string(0);
    if (action == "status") return status_of_scan(scan);
    if (action == "abort") {
        if (!scan.is_running) return false;
        scan.is_aborted = true;
        return true;
    }
    if (action != "start")
        throw Error{code::invalid_parameter, fmt::format("Invalid action '{}'", action)};
    const FilterScanClaim claim(scan);
    return run_scan(call, scan);
}

}  // namespace daler::rpc
