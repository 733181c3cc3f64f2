#include <daler/util/ensure.h>
#include <daler/wire/messages.h>

// A payload that decodes is encoded and decoded again without change. The first byte selects the
// message.
namespace {

using namespace daler;
using namespace daler::wire;

template <class M>
constexpr std::string_view command_of() {
    if constexpr (std::same_as<M, Unknown>)
        return "whatever";
    else
        return M::command;
}

template <class... M>
constexpr auto commands_of(std::type_identity<std::variant<M...>>) {
    return std::array{command_of<M>()...};
}
/// In the order of Message. test/fuzz/seeds.py has the same numbers.
constexpr auto commands = commands_of(std::type_identity<Message>{});

template <class M>
Bytes written(const M& message) {
    return encode(message);
}

Bytes written(const Unknown&) {
    return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto command = commands[data[0] % std::size(commands)];
    const auto first = decode_message(command, ByteSpan(data + 1, size - 1));
    if (!first) return 0;
    const auto write = [](const auto& message) { return written(message); };
    const auto bytes = std::visit(write, *first);
    const auto second = decode_message(command, bytes);
    ensure(second.has_value() && second->index() == first->index());
    ensure(std::visit(write, *second) == bytes);
    return 0;
}
