#pragma once

#include <daler/http/server.h>
#include <daler/rpc/dispatcher.h>

namespace daler::rpc {

/// Exists while a method waits for another thread or for a block: then a further thread answers
/// calls in its place, so that calls that wait do not block the others.
class WaitingCall {
public:
    /// `waiting` may be null. Throws TooManyWaitingCalls.
    explicit WaitingCall(http::Waiting* waiting) : waiting_(waiting) {
        if (waiting_ && !waiting_->begin()) throw TooManyWaitingCalls();
    }
    ~WaitingCall() {
        if (waiting_) waiting_->end();
    }
    WaitingCall(const WaitingCall&) = delete;
    WaitingCall& operator=(const WaitingCall&) = delete;

private:
    http::Waiting* waiting_;
};

}  // namespace daler::rpc
