#include <daler/rpc/method.h>

namespace daler::rpc {
namespace {

Json getzmqnotifications(Call& call) {
    Json out = Json::array();
    for (const auto& feed : call.node().published) {
        Json entry = Json::object();
        entry.append("type", "pub" + feed.topic);
        entry.append("address", feed.address);
        entry.append("hwm", feed.high_water_mark);
        out.push(std::move(entry));
    }
    return out;
}

const ResultField feeds{
    "",
    Type::objects,
    "One for each topic and address",
    {{"type", Type::string, "pubhashblock, pubhashtx, pubrawblock, pubrawtx or pubsequence"},
     {"address", Type::string, "Where subscribers connect"},
     {"hwm", Type::integer, "Messages that wait for a slow subscriber; 0: no limit"}}};

const Method zmq_table[] = {
    {"Zmq",
     "getzmqnotifications",
     "Lists what the node publishes by ZeroMQ.",
     {},
     feeds,
     getzmqnotifications},
};

}  // namespace

std::span<const Method> zmq_methods() {
    return zmq_table;
}

}  // namespace daler::rpc
