#include "events.hpp"

#include <algorithm>

namespace devopssim {

FramePool::~FramePool() {
    for (auto& of_size : unused)
        for (void* frame : of_size) ::operator delete(frame);
}

void* FramePool::take(std::size_t bytes) {
    const std::size_t size = (bytes + unit - 1) / unit;
    if (size < sizes && !unused[size].empty()) {
        void* frame = unused[size].back();
        unused[size].pop_back();
        return frame;
    }
    return ::operator new(size * unit);
}

void FramePool::give(void* frame, std::size_t bytes) {
    const std::size_t size = (bytes + unit - 1) / unit;
    if (size < sizes)
        unused[size].push_back(frame);
    else
        ::operator delete(frame);
}

FramePool& frames() {
#if defined(__wasm__)  // one thread, and nothing that would end another
    static FramePool pool;
#else
    static thread_local FramePool pool;
#endif
    return pool;
}

std::coroutine_handle<> Process::await_suspend(std::coroutine_handle<> caller) noexcept {
    handle.promise().caller = caller;
    return handle;
}

std::coroutine_handle<> Process::promise_type::Ended::await_suspend(Handle ended) noexcept {
    auto& promise = ended.promise();
    if (promise.env == nullptr) return promise.caller;
    promise.env->ended(ended);
    return std::noop_coroutine();
}

void AllOf::start(Process process) {
    ++running;
    env.start(std::move(process), this);
}

void AllOf::await_suspend(std::coroutine_handle<> process) {
    if (running == 0)
        env.resume(process);
    else
        waiting = process;
}

Environment::~Environment() {
    while (youngest != nullptr) {
        auto* older = youngest->older;
        Process::Handle::from_promise(*youngest).destroy();
        youngest = older;
    }
}

void Environment::start(Process process, AllOf* awaited_by) {
    const auto handle = process.release();
    auto& promise = handle.promise();
    promise.env = this;
    promise.awaited_by = awaited_by;
    promise.older = youngest;
    if (youngest != nullptr) youngest->younger = &promise;
    youngest = &promise;
    resume(handle, 0, Priority::urgent);
}

void Environment::ended(Process::Handle process) {
    auto& promise = process.promise();
    (promise.younger != nullptr ? promise.younger->older : youngest) = promise.older;
    if (promise.older != nullptr) promise.older->younger = promise.younger;
    if (promise.awaited_by != nullptr) {
        call(
            [](void* object) {
                auto& all = *static_cast<AllOf*>(object);
                if (--all.running == 0 && all.waiting) all.env.resume(all.waiting);
            },
            promise.awaited_by);
    }
    process.destroy();
}

void Environment::resume(std::coroutine_handle<> process, double delay, Priority priority) {
    schedule({0, 0, process.address(), nullptr, 0, 0}, delay, priority);
}

void Environment::resume(const Waiter& waiter, double delay) {
    schedule({0, 0, waiter.process.address(), nullptr, waiter.number, versions[waiter.number]}, delay, Priority::normal);
}

void Environment::call(Callback callback, void* object, double delay, Priority priority) {
    schedule({0, 0, object, callback, 0, 0}, delay, priority);
}

void Environment::interrupt(Waiter& waiter) {
    ++versions[waiter.number];
    waiter.interrupted = true;
    schedule({0, 0, waiter.process.address(), nullptr, waiter.number, versions[waiter.number]}, 0, Priority::urgent);
}

void Environment::open(Waiter& waiter) {
    if (unused.empty()) {
        waiter.number = static_cast<std::uint32_t>(versions.size());
        versions.push_back(0);
    } else {
        waiter.number = unused.back();
        unused.pop_back();
    }
}

void Environment::close(Waiter& waiter) {
    ++versions[waiter.number];
    unused.push_back(waiter.number);
}

void Environment::schedule(Event event, double delay, Priority priority) {
    event.time = now + delay;
    event.order = (static_cast<std::uint64_t>(priority) << 62) | number++;
    std::size_t place = queue.size();
    queue.push_back(event);
    while (place > 0) {
        const std::size_t parent = (place - 1) / children;
        if (!event.is_before(queue[parent])) break;
        queue[place] = queue[parent];
        place = parent;
    }
    queue[place] = event;
}

Environment::Event Environment::next() {
    const Event first = queue.front(), last = queue.back();
    queue.pop_back();
    const std::size_t size = queue.size();
    if (size > 0) {
        std::size_t place = 0;
        for (std::size_t first_child = 1; first_child < size; first_child = children * place + 1) {
            std::size_t child = first_child;
            for (std::size_t other = first_child + 1; other < std::min(first_child + children, size); ++other)
                if (queue[other].is_before(queue[child])) child = other;
            if (!queue[child].is_before(last)) break;
            queue[place] = queue[child];
            place = child;
        }
        queue[place] = last;
    }
    return first;
}

void Environment::run(double until) {
    while (!stopped && !queue.empty() && queue.front().time < until) {
        const Event event = next();
        now = event.time;
        if (event.callback != nullptr)
            event.callback(event.address);
        else if (event.version == versions[event.waiter])
            std::coroutine_handle<>::from_address(event.address).resume();
    }
}

}  // namespace devopssim
