// People: their skills and working hours, who joins and who leaves, and the work that waits for them. See devopssim/simulation/people.py.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "draws.hpp"
#include "events.hpp"
#include "recorder.hpp"
#include "scenario.hpp"
#include "staff.hpp"

namespace devopssim {

// Place of work in the order in which people take it; the smallest comes first.
struct Order {
    bool planned;
    bool standard;
    std::int64_t age;
    std::int64_t number;
    auto operator<=>(const Order&) const = default;
};

// How a step of work is to be done.
struct Manner {
    bool urgent = false, anyone = false, on_call = false, begins = false;
};

struct Wanted {
    Role role;
    Order order;
    Stage stage;
    std::uint64_t subject;
    bool anyone, on_call;
};

struct PersonRequest {
    Wanted wanted;
    Waiter waiter{};
    Person* person = nullptr;
    PersonRequest* older = nullptr;  // among those who are at work
    PersonRequest* younger = nullptr;
};

// What passes, in the queue, before a person can take the work up.
using Attention = Process;

class People {
public:
    People(Environment& env, Recorder& log, const Scenario& scenario, Draws& draws);

    Process work(Role role, Stage stage, double effort, Manner manner, Fields fields, Attention* attention = nullptr);
    Process interrupt();
    Process turn_over();
    Process join();

    void expedite_item(std::int32_t item);
    void expedite_incident(std::int32_t incident);

    Staff staff;
    const Calendar& calendar;

private:
    using Queue = std::vector<PersonRequest*>;  // a heap

    auto person(PersonRequest& request) {
        struct Grant {
            People& people;
            PersonRequest& request;
            bool await_ready() const noexcept { return false; }
            void await_suspend(std::coroutine_handle<> process) {
                request.waiter.process = process;
                people.request(request);
            }
            void await_resume() const noexcept {}
        };
        return Grant{*this, request};
    }
    auto work_for(PersonRequest& request, double hours) {
        struct Work {
            Environment& env;
            PersonRequest& request;
            double hours;
            bool await_ready() const noexcept { return false; }
            void await_suspend(std::coroutine_handle<>) { env.resume(request.waiter, hours); }
            void await_resume() const noexcept {}
        };
        return Work{env, request, hours};
    }

    Order order(const Fields& fields, bool urgent);
    void request(PersonRequest& request);
    void release(PersonRequest& request);
    void look_for_work_soon(Person* person);
    Person* take_free(const Wanted& wanted);
    Person* preempt(const Wanted& wanted);
    void grant(Person* person, PersonRequest& request);
    void leave_work(PersonRequest& request);
    void look_for_work_at(double time);
    void look_for_work();
    PersonRequest* best_for(Person* person);
    bool is_preferred(const Person& person, const PersonRequest& request, const PersonRequest& other);
    void wake(const Person* person);
    void remove(PersonRequest& request);
    bool is_work_waiting_for(Role role) const;
    Queue& queue_of(const PersonRequest& request);
    Process replace(Person* person);

    Environment& env;
    Recorder& log;
    const Team& team;
    double switching;
    bool expedite_interrupts;
    DrawTable<double[2]> interruptions, departures;
    std::array<std::vector<Person*>, roles> free;
    std::array<Queue, roles> own, open;
    std::array<std::vector<Role>, roles> can_do;
    std::array<std::vector<Queue*>, roles> queues;
    PersonRequest* busy = nullptr;  // the youngest
    std::vector<Person*> freed;
    std::vector<double> wakes;
    std::vector<std::int64_t> ages_of_items, ages_of_incidents;
    std::vector<char> expedited_items, expedited_incidents;
    std::int64_t ages = 0, numbers = 0;
};

}  // namespace devopssim
