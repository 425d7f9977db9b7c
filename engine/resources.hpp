// Resources: equal units that work queues for, granted in the order of the requests. See devopssim/simulation/resources.py.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>

#include "events.hpp"

namespace devopssim {

class Resource {
public:
    Resource(Environment& env, double capacity) : env(env), free(static_cast<std::int64_t>(capacity)) {}

    auto request() {
        struct Request {
            Resource& resource;
            bool await_ready() const noexcept { return false; }
            void await_suspend(std::coroutine_handle<> process) {
                if (resource.free > 0) {
                    --resource.free;
                    resource.env.resume(process);
                } else {
                    resource.queue.push_back(process);
                }
            }
            void await_resume() const noexcept {}
        };
        return Request{*this};
    }

    void release() {
        if (queue.empty()) {
            ++free;
        } else {
            env.resume(queue.front());
            queue.pop_front();
        }
    }

private:
    Environment& env;
    std::int64_t free;
    std::deque<std::coroutine_handle<>> queue;
};

}  // namespace devopssim
