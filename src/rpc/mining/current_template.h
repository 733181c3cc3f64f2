#pragma once

#include "rpc/mining/template_rows.h"

#include <daler/encoding/json_writer.h>
#include <daler/ledger/ledger.h>
#include <daler/rpc/services.h>

#include <optional>

namespace daler::rpc {

/// What a template was made from. As long as it is the same, so are the transactions.
struct TemplateSource {
    BlockHash tip;
    std::uint64_t updates = 0;  ///< of the mempool

    bool operator==(const TemplateSource&) const = default;

    [[nodiscard]] static TemplateSource now(const ledger::State& state);
    /// The `longpollid` of the template.
    [[nodiscard]] std::string id() const;
};

/// The answer of getblocktemplate: an object with these members, in this order.
struct TemplateAnswer {
    Json before;
    std::shared_ptr<const std::string> transactions;  ///< JSON text
    Json after;

    void write(JsonWriter& writer) const;
};

/// The template of the last getblocktemplate. Ledger thread only.
class CurrentTemplate {
public:
    /// A template of this moment. Transactions are chosen again only if the tip or the mempool has
    /// changed.
    [[nodiscard]] TemplateAnswer answer(Services& node, ledger::State& state);

private:
    TemplateSource source_;
    std::optional<mining::Template> made_;
    TemplateRows rows_;
};

}  // namespace daler::rpc
