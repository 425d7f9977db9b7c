// Events: processes as coroutines, and the order in which they go on. What SimPy is to the reference, this is to the engine.
//
// Events of one time happen by priority, those of one priority in the order in which they were scheduled.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <new>
#include <utility>
#include <vector>

namespace devopssim {

// Frames of coroutines, kept by their size: a process costs no allocation once its kind has run.
class FramePool {
public:
    ~FramePool();
    void* take(std::size_t bytes);
    void give(void* frame, std::size_t bytes);

private:
    static constexpr std::size_t unit = 64, sizes = 64;
    std::vector<void*> unused[sizes];
};
FramePool& frames();  // of this thread

// A process, or a part of one: `co_await part()` is Python's `yield from part()`.
class [[nodiscard]] Process {
public:
    struct promise_type;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Process(Handle handle) : handle(handle) {}
    Process(Process&& other) noexcept : handle(std::exchange(other.handle, {})) {}
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    Process& operator=(Process&&) = delete;
    ~Process() {
        if (handle) handle.destroy();
    }
    Handle release() { return std::exchange(handle, {}); }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept;
    void await_resume() const noexcept {}

private:
    Handle handle;
};

class Environment;

// The event that all processes which were started into it have ended; SimPy's `all_of`.
class AllOf {
public:
    explicit AllOf(Environment& env) : env(env) {}
    AllOf(const AllOf&) = delete;
    AllOf& operator=(const AllOf&) = delete;

    void start(Process process);
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> process);
    void await_resume() const noexcept {}

private:
    friend class Environment;
    Environment& env;
    std::int64_t running = 0;
    std::coroutine_handle<> waiting{};
};

struct Process::promise_type {
    struct Ended {
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(Handle ended) noexcept;
        void await_resume() const noexcept {}
    };

    std::coroutine_handle<> caller{};
    Environment* env = nullptr;  // of a process that was started by itself
    AllOf* awaited_by = nullptr;
    promise_type* older = nullptr;  // among the processes that run
    promise_type* younger = nullptr;

    Process get_return_object() { return Process(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    Ended final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::abort(); }
    void* operator new(std::size_t bytes) { return frames().take(bytes); }
    void operator delete(void* frame, std::size_t bytes) { frames().give(frame, bytes); }
};

enum class Priority : std::uint64_t { urgent, normal, after_all_else };

// Someone who waits and may be interrupted: what was scheduled before the interruption no longer reaches them.
struct Waiter {
    std::coroutine_handle<> process{};
    std::uint32_t number = 0;
    bool interrupted = false;
};

class Environment {
public:
    using Callback = void (*)(void*);

    Environment() : versions(1, 0) {}
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment();

    double now = 0;

    void start(Process process, AllOf* awaited_by = nullptr);
    void resume(std::coroutine_handle<> process, double delay = 0, Priority priority = Priority::normal);
    void resume(const Waiter& waiter, double delay = 0);
    void call(Callback callback, void* object, double delay = 0, Priority priority = Priority::normal);
    void interrupt(Waiter& waiter);
    void open(Waiter& waiter);
    void close(Waiter& waiter);

    auto timeout(double delay) {
        struct Timeout {
            Environment& env;
            double delay;
            bool await_ready() const noexcept { return false; }
            void await_suspend(std::coroutine_handle<> process) { env.resume(process, delay); }
            void await_resume() const noexcept {}
        };
        return Timeout{*this, delay};
    }

    // Run until an hour, or until somebody stops it.
    void run(double until);
    void stop() { stopped = true; }
    std::uint64_t events() const { return number; }

private:
    friend struct Process::promise_type;
    struct Event {
        double time;
        std::uint64_t order;      // priority in the highest bits, then the number
        void* address;            // of a process that goes on, or of the object of a callback
        Callback callback;        // null for a process
        std::uint32_t waiter, version;
        bool is_before(const Event& other) const {
            return time < other.time || (time == other.time && order < other.order);
        }
    };
    static constexpr std::size_t children = 4;  // of a place in the heap
    void schedule(Event event, double delay, Priority priority);
    Event next();
    void ended(Process::Handle process);

    std::vector<Event> queue;  // a heap
    std::vector<std::uint32_t> versions, unused;
    std::uint64_t number = 0;
    bool stopped = false;
    Process::promise_type* youngest = nullptr;
};

}  // namespace devopssim
