#include "rpc/control/methods.h"

namespace daler::rpc {
namespace {

const std::initializer_list<Argument> echo_arguments = {
    {"arg0", Type::any, "null", "", {}, "\"arg0\""},
    {"arg1", Type::any, "null", "", {}, "\"arg1\""},
    {"arg2", Type::any, "null", "", {}, "\"arg2\""},
    {"arg3", Type::any, "null", "", {}, "\"arg3\""},
    {"arg4", Type::any, "null", "", {}, "\"arg4\""},
    {"arg5", Type::any, "null", "", {}, "\"arg5\""},
    {"arg6", Type::any, "null", "", {}, "\"arg6\""},
    {"arg7", Type::any, "null", "", {}, "\"arg7\""},
    {"arg8", Type::any, "null", "", {}, "\"arg8\""},
    {"arg9", Type::any, "null", "", {}, "\"arg9\""}};

const ResultFields memory_info = {{"locked",
                                   Type::object,
                                   "Memory that is locked",
                                   {{"used", units::bytes},
                                    {"free", units::bytes},
                                    {"total", units::bytes},
                                    {"locked", units::bytes},
                                    {"chunks_used", Type::integer},
                                    {"chunks_free", Type::integer}}}};

const ResultFields rpc_info = {
    {"active_commands",
     Type::objects,
     "The calls that are being answered",
     {{"method", Type::string, "The name of the method"},
      {"duration", {Type::integer, "microseconds"}, "How long it has been running"}}},
    {"logpath", Type::string, "The file of the log"}};

const ResultField log_categories{
    "",
    Type::map,
    "By category",
    {{"category", Type::boolean, "Whether its messages are in the log"}}};

const ResultFields openrpc = {
    {"openrpc", Type::string, "The version of OpenRPC"},
    {"info", Type::any, "Title, description and version of daler"},
    {"methods", Type::array, "", {{"", Type::any, "Name, arguments and result of a method"}}}};

const ResultField same_arguments{"", Type::array, "The arguments", {{"", Type::any}}};

const Method control_table[] = {
    {"Control",
     "getmemoryinfo",
     "Memory that is locked against swapping: none.",
     {{"mode", Type::string, "\"stats\"", "Must be \"stats\""}},
     memory_info,
     getmemoryinfo},
    {"Control",
     "getopenrpcinfo",
     "Describes all methods as an OpenRPC document (https://spec.open-rpc.org). Hidden methods are "
     "in it, too.",
     {},
     openrpc,
     getopenrpcinfo},
    {"Control", "getrpcinfo", "The calls being answered.", {}, rpc_info, getrpcinfo},
    {"Control",
     "help",
     "The list of methods, or the help of one.",
     {{"command", Type::string, "all commands", "The method"}},
     {"", Type::string, "The text"},
     help,
     "getblock"},
    {"Control",
     "logging",
     "Shows and changes the categories of debug messages in the log.",
     {{"include",
       Type::array,
       "null",
       "Categories to switch on",
       {{"include_category", Type::string, "null", "A category, or \"all\""}}},
      {"exclude",
       Type::array,
       "null",
       "Categories to switch off, after include",
       {{"exclude_category", Type::string, "null", "A category, or \"all\""}}}},
     log_categories,
     logging,
     "'[\"net\"]' '[\"rpc\"]'"},
    {"Control",
     "stop",
     "Stops the node.",
     {{"wait", units::milliseconds, "null", "How long to wait before answering"}},
     {"", Type::string, "daler stopping"},
     stop},
    {"Control",
     "uptime",
     "How long the node has been running.",
     {},
     {"", units::seconds, "The time since its start"},
     uptime},
    {"hidden", "echo", "Returns its arguments.", echo_arguments, same_arguments, echo},
    {"hidden", "echojson", "Returns its arguments.", echo_arguments, same_arguments, echo},
    {"hidden",
     "mockscheduler",
     "Moves the node's timers forward (regtest).",
     {{"delta_time", units::seconds, "", "How far"}},
     nothing,
     mockscheduler,
     "60"},
    {"hidden",
     "rpc.discover",
     "The same as getopenrpcinfo, by the name that OpenRPC gives it.",
     {},
     openrpc,
     getopenrpcinfo},
    {"hidden",
     "setmocktime",
     "Freezes the node's clock (regtest).",
     {{"timestamp", Type::time, "", "The time; 0: follow the system's clock again"}},
     nothing,
     setmocktime,
     "1800000000"},
    {"hidden",
     "syncwithvalidationinterfacequeue",
     "Returns when wallets and indexes have processed the blocks connected so far.",
     {},
     nothing,
     syncwithvalidationinterfacequeue},
};

}  // namespace

std::span<const Method> control_methods() {
    return control_table;
}

}  // namespace daler::rpc
