// The pipeline: runs on main, whose failure blocks further merges, and steps on machines that a merge runs through.
// See devopssim/simulation/pipeline.py.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>
#include <set>
#include <utility>
#include <vector>

#include "draws.hpp"
#include "events.hpp"
#include "recorder.hpp"
#include "resources.hpp"
#include "work_items.hpp"

namespace devopssim {

class Organisation;

class MainLine {
public:
    explicit MainLine(Organisation& org);
    Process until_green();
    void turn_red(std::int32_t change) { red.insert(change); }
    void turn_green(std::int32_t change);
    std::pair<double, double> next_run();
    Process build(std::int32_t change, double hours, bool green);
    Process test(std::int32_t change, double hours, bool green);
    Process take_back(Change& change, bool tested);

private:
    struct Run {
        double build, test, flaky, repair;
    };
    auto green() {
        struct Green {
            MainLine& main;
            bool await_ready() const noexcept { return false; }
            void await_suspend(std::coroutine_handle<> process) { main.waiting.push_back(process); }
            void await_resume() const noexcept {}
        };
        return Green{*this};
    }

    Organisation& org;
    DrawTable<Run> runs;
    std::set<std::int32_t> red;  // changes that made main red
    using Waiting = std::vector<std::coroutine_handle<>>;
    Waiting waiting;
    std::deque<Waiting> woken;
};

// Further steps of the pipeline, after build and automated tests.
class PipelineSteps {
public:
    explicit PipelineSteps(Organisation& org);
    Process run(std::int32_t change);

private:
    struct StepRow {
        double stage, flaky, runners;
    };
    struct Step {
        const StepRow* row;
        Resource* machines;
        DrawTable<double[2]> runs;
    };
    Organisation& org;
    std::deque<Resource> own_machines;
    std::deque<Step> steps;
};

}  // namespace devopssim
