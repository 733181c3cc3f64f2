#pragma once

#include <daler/mining/mining.h>

#include <memory>
#include <string>

namespace daler::rpc {

/// The list `transactions` of templates as JSON text. The text of a transaction that was in the
/// template before is copied from there. Not thread-safe.
class TemplateRows {
public:
    /// `scale` divides the costs of signature checks.
    void write(const mining::Template& made, std::int64_t scale);

    /// The text of the template written last; null before the first.
    [[nodiscard]] const std::shared_ptr<const std::string>& text() const { return text_; }

private:
    /// The places of a transaction in the text, and of the value of `depends` in it.
    struct Row {
        TransactionRef tx;
        std::size_t begin, depends_begin, depends_end, end;
    };
    class Writer;

    std::vector<Row> rows_;
    std::shared_ptr<const std::string> text_;
    std::int64_t scale_ = 0;
};

}  // namespace daler::rpc
