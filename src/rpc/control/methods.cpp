#include "rpc/control/methods.h"

namespace daler::rpc {
namespace {

std::vector<Argument> echo_arguments() {
    static constexpr std::array<std::string_view, 10> names{"arg0", "arg1", "arg2", "arg3", "arg4",
                                                            "arg5", "arg6", "arg7", "arg8", "arg9"};
    std::vector<Argument> out;
    for (const auto name : names)
        out.push_back({name, Type::any, "null", ""});
    return out;
}

const std::vector<Method> control_table{
    {"Control",
     "getmemoryinfo",
     "Memory that is locked against swapping: none.",
     {{"mode", Type::string, "stats", "stats"}},
     "counts of bytes",
     getmemoryinfo},
    {"Control",
     "getrpcinfo",
     "The calls being answered.",
     {},
     "active_commands, logpath",
     getrpcinfo},
    {"Control",
     "help",
     "The list of methods, or the help of one.",
     {{"command", Type::string, "null", "The method"}},
     "the text",
     help},
    {"Control",
     "logging",
     "Shows and changes the categories of debug messages in the log.",
     {{"include", Type::array, "null", "Categories to switch on"},
      {"exclude", Type::array, "null", "Categories to switch off, after include"}},
     "each category and whether it is on",
     logging},
    {"Control",
     "stop",
     "Stops the node.",
     {{"wait", Type::integer, "null", "Milliseconds to wait before answering"}},
     "a text",
     stop},
    {"Control", "uptime", "How long the node has been running.", {}, "seconds", uptime},
    {"hidden", "echo", "Returns its arguments.", echo_arguments(), "a list", echo},
    {"hidden", "echojson", "Returns its arguments.", echo_arguments(), "a list", echo},
    {"hidden",
     "mockscheduler",
     "Moves the node's timers forward (regtest).",
     {{"delta_time", Type::integer, "", "Seconds"}},
     "null",
     mockscheduler},
    {"hidden",
     "setmocktime",
     "Freezes the node's clock (regtest).",
     {{"timestamp", Type::integer, "", "Unix time; 0: follow the system's clock again"}},
     "null",
     setmocktime},
    {"hidden",
     "syncwithvalidationinterfacequeue",
     "Returns when wallets and indexes have processed the blocks connected so far.",
     {},
     "null",
     syncwithvalidationinterfacequeue},
};

}  // namespace

std::span<const Method> control_methods() {
    return control_table;
}

}  // namespace daler::rpc
