// Tests of the event loop: the order of events, processes that wait for each other, interruptions, resources.
#include <cstdio>
#include <string>
#include <vector>

#include "../events.cpp"
#include "../resources.hpp"

using namespace devopssim;

namespace {

int failures = 0;
std::vector<std::string> told;

void expect(const char* test, const std::vector<std::string>& wanted) {
    if (told != wanted) {
        ++failures;
        std::printf("%s failed: told", test);
        for (const auto& word : told) std::printf(" %s", word.c_str());
        std::printf("; wanted");
        for (const auto& word : wanted) std::printf(" %s", word.c_str());
        std::printf("\n");
    }
    told.clear();
}

void tell(Environment& env, const std::string& word) { told.push_back(word + "@" + std::to_string(static_cast<int>(env.now))); }

Process wait(Environment& env, double hours, std::string word) {
    co_await env.timeout(hours);
    tell(env, word);
}

void events_of_one_time_keep_the_order_in_which_they_were_scheduled() {
    Environment env;
    for (const char* word : {"a", "b", "c"}) env.start(wait(env, 2, word));
    env.start(wait(env, 1, "first"));
    env.run(10);
    expect(__func__, {"first@1", "a@2", "b@2", "c@2"});
}

void urgent_events_come_before_normal_ones_and_some_come_last() {
    Environment env;
    const auto last = [](void* object) { tell(*static_cast<Environment*>(object), "last"); };
    env.call(last, &env, 0, Priority::after_all_else);
    env.start(wait(env, 0, "normal"));
    env.call([](void* object) { tell(*static_cast<Environment*>(object), "urgent"); }, &env, 0, Priority::urgent);
    env.run(1);
    expect(__func__, {"urgent@0", "normal@0", "last@0"});
}

void what_happens_at_the_horizon_is_not_seen() {
    Environment env;
    env.start(wait(env, 5, "at"));
    env.start(wait(env, 4, "before"));
    env.run(5);
    expect(__func__, {"before@4"});
}

Process parent(Environment& env) {
    AllOf all(env);
    all.start(wait(env, 3, "slow"));
    all.start(wait(env, 1, "quick"));
    co_await all;
    tell(env, "all");
    AllOf nothing(env);
    co_await nothing;
    tell(env, "nothing");
}

void a_process_waits_for_all_that_it_started() {
    Environment env;
    env.start(parent(env));
    env.run(10);
    expect(__func__, {"quick@1", "slow@3", "all@3", "nothing@3"});
}

Process part(Environment& env) {
    co_await wait(env, 1, "one");
    co_await wait(env, 1, "two");
}

void parts_follow_each_other_within_a_process() {
    Environment env;
    env.start(part(env));
    env.run(10);
    expect(__func__, {"one@1", "two@2"});
}

Process job(Environment& env, Resource& machine, std::string word) {
    co_await machine.request();
    tell(env, word);
    co_await env.timeout(3);
    machine.release();
}

void a_resource_is_granted_in_the_order_of_the_requests() {
    Environment env;
    Resource machine(env, 2);
    for (const char* word : {"a", "b", "c", "d"}) env.start(job(env, machine, word));
    env.run(10);
    expect(__func__, {"a@0", "b@0", "c@3", "d@3"});
}

struct Sleep {
    Environment& env;
    Waiter& waiter;
    double hours;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> process) {
        waiter.process = process;
        env.resume(waiter, hours);
    }
    void await_resume() const noexcept {}
};

Process sleeper(Environment& env, Waiter& waiter) {
    env.open(waiter);
    co_await Sleep{env, waiter, 5};
    tell(env, waiter.interrupted ? "interrupted" : "rested");
    waiter.interrupted = false;
    co_await Sleep{env, waiter, 5};
    tell(env, waiter.interrupted ? "interrupted" : "rested");
    env.close(waiter);
}

Process disturber(Environment& env, Waiter& waiter) {
    co_await env.timeout(2);
    env.interrupt(waiter);
}

void an_interruption_comes_at_once_and_what_was_awaited_is_void() {
    Environment env;
    Waiter waiter;
    env.start(sleeper(env, waiter));
    env.start(disturber(env, waiter));
    env.run(20);
    expect(__func__, {"interrupted@2", "rested@7"});
}

void processes_that_still_run_end_with_the_environment() {
    Environment env;
    env.start(parent(env));
    env.start(part(env));
    env.run(1);
    expect(__func__, {});
}

}  // namespace

int main() {
    events_of_one_time_keep_the_order_in_which_they_were_scheduled();
    urgent_events_come_before_normal_ones_and_some_come_last();
    what_happens_at_the_horizon_is_not_seen();
    a_process_waits_for_all_that_it_started();
    parts_follow_each_other_within_a_process();
    a_resource_is_granted_in_the_order_of_the_requests();
    an_interruption_comes_at_once_and_what_was_awaited_is_void();
    processes_that_still_run_end_with_the_environment();
    std::printf("event loop: %s\n", failures == 0 ? "8 tests passed" : "tests failed");
    return failures == 0 ? 0 : 1;
}
