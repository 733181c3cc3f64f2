#include "lookup.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mutex>
#include <thread>

namespace daler::net {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

/// What the resolving thread and the waiting coroutine share.
struct Lookup::Shared {
    std::mutex mutex;  ///< guards all below
    /// Null when the coroutine no longer waits: the executor may not exist any more.
    std::function<void()> answered;
    Endpoints endpoints;
    std::string error;
};

Lookup::Lookup(asio::any_io_executor executor, std::string host, std::uint16_t port)
    : shared_(std::make_shared<Shared>()),
      answered_(
          std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max())),
      host_(std::move(host)),
      port_(port) {
    // Outstanding work keeps the executor's loop running until the answer or `cancel`.
    const auto tracked = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    shared_->answered = [answered = answered_, tracked] {
        asio::post(tracked, [answered] { answered->cancel(); });
    };
}

Lookup::~Lookup() {
    const std::lock_guard lock(shared_->mutex);
    shared_->answered = nullptr;
}

void Lookup::cancel() {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->answered = nullptr;
    }
    answered_->cancel();
}

std::string Lookup::error() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->error;
}

namespace {

template <class Shared>
void resolve(const std::shared_ptr<Shared>& shared, const std::string& host, std::uint16_t port) {
    asio::io_context io;  // used by this thread only
    tcp::resolver resolver(io);
    error_code error;
    const auto found =
        resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, error);
    const std::lock_guard lock(shared->mutex);
    for (const auto& entry : found)
        shared->endpoints.push_back(entry.endpoint());
    if (error) shared->error = error.message();
    if (shared->answered) shared->answered();
}

}  // namespace

asio::awaitable<Lookup::Endpoints> Lookup::run() {
    error_code not_numeric;
    const auto address = asio::ip::make_address(host_, not_numeric);
    if (!not_numeric) {
        const std::lock_guard lock(shared_->mutex);
        shared_->answered = nullptr;
        shared_->endpoints.emplace_back(address, port_);
        co_return shared_->endpoints;
    }
    try {
        std::thread(resolve<Shared>, shared_, host_, port_).detach();
    } catch (const std::system_error& error) {
        const std::lock_guard lock(shared_->mutex);
        shared_->answered = nullptr;
        shared_->error = error.what();
        co_return Endpoints{};
    }
    error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await answered_->async_wait(token);
    const std::lock_guard lock(shared_->mutex);
    const bool was_cancelled = !std::exchange(shared_->answered, nullptr);
    co_return was_cancelled ? Endpoints{} : shared_->endpoints;
}

}  // namespace daler::net
