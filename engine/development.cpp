#include "development.hpp"

#include <algorithm>

#include "organisation.hpp"
#include "scanning.hpp"

namespace devopssim {

namespace {

std::int64_t merge(Organisation& org, Change& change);
Process build(Organisation& org, const Changes& changes, const std::vector<std::int64_t>& conflicts, bool urgent);
Process resolve(Organisation& org, Change& change, std::int64_t conflicts);
Process run_tests(Organisation& org, Changes changes, int steps_late, bool urgent);
Process examine(Organisation& org, Change& change);
std::vector<Defect*> found_by_test(const Change& change, double finds);
void fix_tested(AllOf& fixing, Organisation& org, const Changes& changes, double finds, int steps_late);

}  // namespace

Process plan(Organisation& org, WorkItem& item) {
    const bool anyone = org.uses(Practice::collaboration, item.draws());
    co_await org.people.work(Role::analyst, Stage::plan, item.drawn->plan_effort, {.anyone = anyone}, {.item = item.id});
    item.understand(org.env.now);
}

Process develop(Organisation& org, WorkItem& item) {
    AllOf finishing(org.env);
    for (std::size_t number = 0; number < item.changes.size(); ++number) {
        Change& change = *item.changes[number];
        co_await code(org, change, number == 0);
        finishing.start(finish(org, change));
        if (number == 0 && org.uses(Practice::feedback, item.draws())) co_await demo(org, item, change.effort);
    }
    co_await finishing;
}

Process code(Organisation& org, Change& change, bool begins) {
    change.base = org.merges;
    const double upkeep = org.uses(Practice::testing, change.draws) ? org.scenario.quality.test_upkeep : 0.0;
    co_await org.people.work(Role::developer, Stage::code, org.assistance.coding_effort(change) + upkeep,
                             {.anyone = one_team(org, change), .begins = begins},
                             {.item = change.item, .change = change.id});
    change.committed = true;
    org.assistance.commit(change);
    for (const Defect* defect : change.defects) record_defect(org, change, *defect);
    for (const Vulnerability* vulnerability : change.vulnerabilities)
        org.log.record(Kind::vulnerability_injected,
                       {.change = change.id,
                        .finding = vulnerability->id,
                        .detail = detail(Form::injected_vulnerability, vulnerability->is_critical())});
}

void record_defect(Organisation& org, const Change& change, const Defect& defect) {
    org.log.record(Kind::defect_injected,
                   {.change = change.id,
                    .detail = detail(Form::injected_defect, defect.severe(), defect.bad_fix, defect.number)});
}

Process finish(Organisation& org, Change& change) {
    co_await org.reviews.review(change);
    if (org.uses(Practice::integration, change.draws)) {
        co_await integrate(org, Changes(1, &change), 0);
        if (leaves_when_green(org, change)) org.release.ready(change);
    }
}

bool leaves_when_green(const Organisation& org, const Change& change) {
    const bool tested = org.uses(Practice::integration, change.draws) && org.uses(Practice::testing, change.draws);
    return org.scenario.derived.green_changes_leave != 0 && tested;
}

Process integrate(Organisation& org, Changes changes, int steps_late, bool urgent) {
    if (changes.empty()) co_return;
    if (!urgent) co_await org.main.until_green();
    std::vector<std::int64_t> conflicts;
    for (Change* change : changes) conflicts.push_back(merge(org, *change));
    co_await build(org, changes, conflicts, urgent);
    AllOf checks(org.env);
    Changes tested;
    for (Change* change : changes)
        if (org.uses(Practice::testing, change->draws)) tested.push_back(change);
    if (!tested.empty()) checks.start(run_tests(org, tested, steps_late, urgent));
    if (org.draws.rows(TableName::steps) > 0) checks.start(org.pipeline.run(changes.back()->id));
    for (Change* change : changes)
        if (org.uses(Practice::security, change->draws)) checks.start(scan(org, *change));
    co_await checks;
}

namespace {

std::int64_t merge(Organisation& org, Change& change) {
    const std::int64_t apart = org.merges - change.base;
    const double mean = org.scenario.quality.conflict_probability * static_cast<double>(apart);
    ++org.merges;
    org.log.record(Kind::change_merged, {.item = change.item, .change = change.id, .detail = assisted_detail(change)});
    return poisson_quantile(mean, org.draws.value(TableName::no_conflict, apart), change.conflicts);
}

Process build(Organisation& org, const Changes& changes, const std::vector<std::int64_t>& conflicts, bool urgent) {
    Change& last = *changes.back();
    const double hours = last.checks->build;
    if (std::any_of(conflicts.begin(), conflicts.end(), [](std::int64_t number) { return number != 0; })) {
        co_await org.main.build(last.id, hours, false);
        AllOf resolving(org.env);
        resolving.start(org.main.take_back(last, false));
        for (std::size_t place = 0; place < changes.size(); ++place)
            if (conflicts[place] != 0) resolving.start(resolve(org, *changes[place], conflicts[place]));
        co_await resolving;
        if (!urgent) co_await org.main.until_green();
    }
    co_await org.main.build(last.id, hours, true);
    org.log.record(Kind::artifact_published, {.change = last.id});
}

Process resolve(Organisation& org, Change& change, std::int64_t conflicts) {
    return org.people.work(Role::developer, Stage::build,
                           static_cast<double>(conflicts) * org.scenario.quality.conflict_effort,
                           {.anyone = one_team(org, change)}, {.item = change.item, .change = change.id});
}

Process run_tests(Organisation& org, Changes changes, int steps_late, bool urgent) {
    const double finds = org.scenario.quality.automated_test_finds;
    Change& last = *changes.back();
    double hours = last.checks->test, flaky = last.checks->flaky;
    int failed_without_defect = 0;
    while (true) {
        const bool defective = std::any_of(changes.begin(), changes.end(), [&](const Change* change) {
            return !found_by_test(*change, finds).empty();
        });
        const bool green = !defective && flaky >= org.scenario.pipeline.flaky;
        co_await org.main.test(last.id, hours, green);
        if (green) {
            org.main.turn_green(last.id);
            co_return;
        }
        if (defective) {
            AllOf fixing(org.env);
            fixing.start(org.main.take_back(last, true));
            fix_tested(fixing, org, changes, finds, steps_late);
            co_await fixing;
            if (!urgent) co_await org.main.until_green();
        } else {
            org.main.turn_red(last.id);
            ++failed_without_defect;
            if (failed_without_defect > 1) co_await examine(org, last);
        }
        std::tie(hours, flaky) = org.main.next_run();
    }
}

Process examine(Organisation& org, Change& change) {
    return org.people.work(Role::developer, Stage::build, org.scenario.pipeline.flaky_effort,
                           {.urgent = true, .anyone = one_team(org, change)},
                           {.item = change.item, .change = change.id});
}

}  // namespace

Process test_by_hand(Organisation& org, WorkItem& item) {
    Changes by_hand;
    for (Change* change : item.changes)
        if (!org.uses(Practice::testing, change->draws)) by_hand.push_back(change);
    if (by_hand.empty()) co_return;
    const double finds = org.scenario.quality.manual_test_finds;
    const double tested = static_cast<double>(by_hand.size()) / static_cast<double>(item.changes.size());
    const bool anyone = org.uses(Practice::collaboration, item.draws());
    double effort = item.drawn->test_effort;
    while (true) {
        co_await org.people.work(Role::tester, Stage::test, effort * tested, {.anyone = anyone}, {.item = item.id});
        const Defect* first = nullptr;
        for (const Change* change : by_hand) {
            const auto defects = found_by_test(*change, finds);
            if (first == nullptr && !defects.empty()) first = defects.front();
        }
        if (first == nullptr) co_return;
        AllOf fixing(org.env);
        fix_tested(fixing, org, by_hand, finds, 1);
        co_await fixing;
        effort = first->drawn->retest;
    }
}

namespace {

std::vector<Defect*> found_by_test(const Change& change, double finds) {
    std::vector<Defect*> found;
    for (Defect* defect : change.defects)
        if (!defect->is_found && defect->drawn->test < finds) found.push_back(defect);
    return found;
}

void fix_tested(AllOf& fixing, Organisation& org, const Changes& changes, double finds, int steps_late) {
    for (Change* change : changes)
        if (!found_by_test(*change, finds).empty())
            fixing.start(fix_defects(org, *change, {&DefectRow::test, finds}, FoundIn::test, steps_late));
}

}  // namespace

Process fix_defects(Organisation& org, Change& change, Check check, FoundIn found_in, int steps_late) {
    std::vector<Defect*> defects;
    for (Defect* defect : change.defects)
        if (!defect->is_found && check.sees(*defect)) defects.push_back(defect);
    for (Defect* defect : defects) {
        defect->is_found = true;
        const Detail found = defect_detail(*defect, found_in);
        org.log.record(Kind::defect_found, {.item = change.item, .change = change.id, .detail = found});
        co_await org.people.work(Role::developer, Stage::code, defect->drawn->fix_effort * org.late_fix_factor(steps_late),
                                 {.anyone = one_team(org, change)}, {.item = change.item, .change = change.id});
        org.log.record(Kind::defect_fixed, {.item = change.item, .change = change.id, .detail = found});
        org.repairs.maybe_bad_fix(*defect, change);
    }
}

Process demo(Organisation& org, WorkItem& item, double coded) {
    if (!item.misfits(org.env.now)) co_return;
    org.log.record(Kind::misfit_found, {.item = item.id});
    const bool anyone = org.uses(Practice::collaboration, item.draws());
    const double rework = coded * org.scenario.quality.misfit_rework;
    co_await org.people.work(Role::developer, Stage::code, rework, {.anyone = anyone}, {.item = item.id});
    item.understand(org.env.now);
}

Changes unmerged(const Organisation& org, const std::vector<WorkItem*>& items) {
    Changes changes;
    for (const WorkItem* item : items)
        for (Change* change : item->changes)
            if (!org.uses(Practice::integration, change->draws)) changes.push_back(change);
    return changes;
}

bool one_team(const Organisation& org, const Change& change) { return org.uses(Practice::collaboration, change.draws); }

}  // namespace devopssim
