// The organisation: its people and machines, and a change's path through development, release, production and repairs.
// See devopssim/simulation/organisation.py.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "assistance.hpp"
#include "development.hpp"
#include "draws.hpp"
#include "events.hpp"
#include "people.hpp"
#include "pipeline.hpp"
#include "production.hpp"
#include "recorder.hpp"
#include "release.hpp"
#include "repairs.hpp"
#include "resources.hpp"
#include "reviews.hpp"
#include "scenario.hpp"
#include "security.hpp"
#include "work_items.hpp"

namespace devopssim {

// Requests that wait for a workflow to take them up, the oldest first.
class Backlog {
public:
    Backlog(Environment& env, Recorder& log) : env(env), log(log) {}
    void put(WorkItem& item);
    std::vector<WorkItem*> take_all();
    std::vector<WorkItem*> take_within(double room);

    struct Next {
        Backlog& backlog;
        WorkItem* item = nullptr;
        std::coroutine_handle<> process{};
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> taker);
        WorkItem* await_resume() const noexcept { return item; }
    };
    Next next() { return {*this}; }

private:
    Environment& env;
    Recorder& log;
    std::deque<WorkItem*> items;
    std::deque<Next*> takers;
};

class Organisation {
public:
    Organisation(const Scenario& scenario, const Columns* tables, Log& log, std::int64_t most_rows);

    const Scenario& scenario;
    Environment env;
    Draws draws;
    Recorder log;
    Backlog backlog;
    People people;
    Resource machines;
    MainLine main;
    PipelineSteps pipeline;
    std::int64_t merges = 0;  // how many changes have come to main
    AssistedWork assistance;
    Reviews reviews;
    ReleaseManagement release;
    ServiceOperation production;
    ProductSecurity security;
    Repairs repairs;

    Process requests();
    void accept_request(WorkItem& item);
    Process approach(WorkItem& item);
    bool uses(Practice practice, const double* draws) const {
        const auto place = static_cast<int>(practice);
        return draws[place] < (&scenario.practices.integration)[place];
    }
    Process machine(Stage stage, double hours, Fields fields, Resource* of = nullptr);
    Process hand_over(Role giver, Role taker, const double* draws);
    auto wait(double hours) { return env.timeout(people.calendar.elapsed(env.now, hours)); }
    auto release_window() {
        const double period = scenario.process.window_weeks * hours_per_week;
        return env.timeout(period != 0 ? modulo(-env.now, period) : 0);
    }
    double late_fix_factor(int steps) { return draws.value(TableName::late_fix_factor, steps); }

    // The request at this place of the table of items, and the one that follows from an item.
    WorkItem& request(std::int64_t place);
    WorkItem& follower(const WorkItem& item);
    std::int32_t first_disclosed() const { return static_cast<std::int32_t>(draws.rows(TableName::vulnerabilities)); }
    std::int32_t false_finding(std::int32_t change, std::int64_t number);

    // Everything that came to be, where it stays until the run has ended.
    std::deque<WorkItem> items;
    std::deque<Change> changes;
    std::deque<Defect> defects;
    std::deque<Vulnerability> vulnerabilities;
    std::deque<Deployment> deployments;
    std::deque<Incident> incidents;
    struct FalseFinding {
        std::int32_t change, number;
    };
    std::vector<FalseFinding> found_falsely;

private:
    bool is_of_one_team(Role role) const { return (static_cast<int>(scenario.derived.one_team) >> static_cast<int>(role) & 1) != 0; }
};

inline Detail defect_detail(const Defect& defect, FoundIn found_in) {
    return detail(Form::defect, static_cast<int>(found_in), defect.bad_fix, defect.number);
}
inline Detail scan_detail(Scanner scanner, Covered covered) {
    return detail(Form::scan, static_cast<int>(scanner), static_cast<int>(covered));
}
inline Detail failed_detail(Cause cause, Impact severity, bool on_canary, int replica) {
    return detail(Form::failed, static_cast<int>(cause), static_cast<int>(severity) * 2 + on_canary, replica + 1);
}

}  // namespace devopssim
