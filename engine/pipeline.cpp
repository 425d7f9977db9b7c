#include "pipeline.hpp"

#include "organisation.hpp"

namespace devopssim {

namespace {

Detail outcome(bool green) { return detail(Form::outcome, green); }

}  // namespace

MainLine::MainLine(Organisation& org) : org(org), runs(org.draws, TableName::main) {}

Process MainLine::until_green() {
    while (!red.empty()) co_await green();
}

void MainLine::turn_green(std::int32_t change) {
    if (red.erase(change) == 0 || !red.empty()) return;
    woken.push_back(std::exchange(waiting, {}));
    org.env.call(
        [](void* object) {
            for (const auto process : *static_cast<Waiting*>(object)) process.resume();
        },
        &woken.back());
}

std::pair<double, double> MainLine::next_run() {
    const Run& run = runs.next_row();
    return {run.test, run.flaky};
}

Process MainLine::build(std::int32_t change, double hours, bool green) {
    org.log.record(Kind::build_started, {.change = change});
    co_await org.machine(Stage::build, hours, {.change = change});
    org.log.record(Kind::build_finished, {.change = change, .detail = outcome(green)});
}

Process MainLine::test(std::int32_t change, double hours, bool green) {
    org.log.record(Kind::testsuiterun_started, {.change = change});
    co_await org.machine(Stage::test, hours, {.change = change});
    org.log.record(Kind::testsuiterun_finished, {.change = change, .detail = outcome(green)});
}

Process MainLine::take_back(Change& change, bool tested) {
    turn_red(change.id);
    const Run& run = runs.next_row();
    co_await org.people.work(Role::developer, Stage::build, run.repair,
                             {.urgent = true, .anyone = org.uses(Practice::collaboration, change.draws)},
                             {.item = change.item, .change = change.id});
    co_await build(change.id, run.build, true);
    if (tested) co_await test(change.id, run.test, true);
    turn_green(change.id);
}

PipelineSteps::PipelineSteps(Organisation& org) : org(org) {
    const int first_table = static_cast<int>(TableName::first_of_hosts) + static_cast<int>(org.scenario.production.hosts);
    for (std::int64_t number = 0; number < org.draws.rows(TableName::steps); ++number) {
        const StepRow& row = org.draws.row<StepRow>(TableName::steps, number);
        Resource* machines = row.runners != 0 ? &own_machines.emplace_back(org.env, row.runners) : &org.machines;
        steps.push_back({&row, machines, DrawTable<double[2]>(org.draws, first_table + static_cast<int>(number))});
    }
}

Process PipelineSteps::run(std::int32_t change) {
    int number = 0;
    for (Step& step : steps) {
        bool green = false;
        while (!green) {
            const auto& [hours, flaky] = step.runs.next_row();
            green = flaky >= step.row->flaky;
            co_await org.machine(static_cast<Stage>(static_cast<int>(step.row->stage)), hours,
                                 {.change = change, .detail = detail(Form::step, green, 0, number)}, step.machines);
        }
        ++number;
    }
}

}  // namespace devopssim
