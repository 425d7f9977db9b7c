#include "workflows.hpp"

#include <algorithm>
#include <vector>

#include "organisation.hpp"
#include "resources.hpp"

namespace devopssim {

namespace {

using Items = std::vector<WorkItem*>;
using ProjectStage = Process (*)(Organisation&, const Items&);

Process project(Organisation& org, Items items);
Process one_after_another(Organisation& org, std::vector<ProjectStage> stages, Items items);
Process requirements(Organisation& org, const Items& items);
Process development(Organisation& org, const Items& items);
Process test(Organisation& org, const Items& items);
Process release(Organisation& org, const Items& items);
Process accept(Organisation& org, WorkItem& item);

bool is_gate(const Organisation& org, Gate gate) { return (static_cast<int>(org.scenario.process.gates) & gate) != 0; }

}  // namespace

Process waterfall(Organisation& org) {
    while (true) {
        co_await org.env.timeout(org.scenario.process.project_weeks * hours_per_week);
        Items items = org.backlog.take_all();
        if (!items.empty()) org.env.start(project(org, std::move(items)));
    }
}

namespace {

Process project(Organisation& org, Items items) {
    static constexpr struct {
        ProjectStage stage;
        int gate;
    } stages[] = {{requirements, plan_gate}, {development, code_gate}, {test, test_gate}, {release, 0}};
    std::vector<ProjectStage> flowing;
    for (const auto& [stage, gate] : stages) {
        flowing.push_back(stage);
        const bool gated = (static_cast<int>(org.scenario.process.gates) & gate) != 0;
        if (gated || gate == 0) {
            AllOf all(org.env);
            if (flowing.size() == 1) {
                all.start(one_after_another(org, flowing, items));
            } else {
                for (WorkItem* item : items) all.start(one_after_another(org, flowing, Items(1, item)));
            }
            co_await all;
            flowing.clear();
        }
        if (gated && gate == test_gate) {
            Changes changes;
            for (const WorkItem* item : items) changes.insert(changes.end(), item->changes.begin(), item->changes.end());
            co_await org.security.sign_off(std::move(changes));
        }
        if (gated && gate != code_gate) co_await org.wait(org.scenario.process.sign_off);
    }
}

Process one_after_another(Organisation& org, std::vector<ProjectStage> stages, Items items) {
    for (const ProjectStage stage : stages) co_await stage(org, items);
}

Process requirements(Organisation& org, const Items& items) {
    AllOf all(org.env);
    for (WorkItem* item : items) all.start(plan(org, *item));
    co_await all;
}

Process development(Organisation& org, const Items& items) {
    co_await org.hand_over(Role::analyst, Role::developer, items[0]->draws());
    AllOf all(org.env);
    for (WorkItem* item : items) all.start(develop(org, *item));
    co_await all;
    co_await integrate(org, unmerged(org, items), is_gate(org, code_gate));
}

Process test(Organisation& org, const Items& items) {
    co_await org.hand_over(Role::developer, Role::tester, items[0]->draws());
    AllOf tested(org.env);
    for (WorkItem* item : items) tested.start(test_by_hand(org, *item));
    co_await tested;
    AllOf accepted(org.env);
    for (WorkItem* item : items) accepted.start(accept(org, *item));
    co_await accepted;
}

Process release(Organisation& org, const Items& items) {
    for (WorkItem* item : items) org.release.item_done(*item);
    co_await org.release.release_waiting();
}

Process accept(Organisation& org, WorkItem& item) {
    co_await org.people.work(Role::analyst, Stage::test, org.scenario.process.acceptance_effort, {}, {.item = item.id});
    for (Change* change : item.changes)
        co_await fix_defects(org, *change, {&DefectRow::acceptance, org.scenario.quality.acceptance_finds}, FoundIn::acceptance, 1);
    if (item.misunderstood)
        co_await demo(org, item, item.code_effort());
    else if (item.misfits(org.env.now))
        org.release.follow_up(item);
}

Process in_sprint(Organisation& org, WorkItem& item, Items& unfinished, Items& finished) {
    co_await plan(org, item);
    co_await develop(org, item);
    co_await integrate(org, unmerged(org, Items(1, &item)), 0);
    co_await test_by_hand(org, item);
    std::erase(unfinished, &item);
    finished.push_back(&item);
}

Process sprint_review(Organisation& org, Items items, bool release) {
    AllOf shown(org.env);
    for (WorkItem* item : items) shown.start(demo(org, *item, item->code_effort()));
    co_await shown;
    for (WorkItem* item : items) org.release.item_done(*item);
    if (release) co_await org.release.release_waiting();
}

}  // namespace

Process agile(Organisation& org) {
    const ProcessRules& process = org.scenario.process;
    const Team& team = org.scenario.team;
    const double length = process.sprint_weeks * hours_per_week;
    Items unfinished, finished;
    std::int64_t sprint = 0;
    while (true) {
        const double developers = team.developers + (org.env.now >= team.join_week * hours_per_week ? team.joiners : 0);
        const double capacity = developers * team.hours_per_week * process.sprint_weeks * process.focus;
        double left = 0;
        for (const WorkItem* item : unfinished) left += item->remaining_effort();
        const double room = capacity / org.assistance.planned_factor() - left;
        for (WorkItem* item : org.backlog.take_within(room)) {
            unfinished.push_back(item);
            org.env.start(in_sprint(org, *item, unfinished, finished));
        }
        co_await org.env.timeout(length);
        ++sprint;
        Items shown = std::exchange(finished, {});
        org.env.start(sprint_review(org, std::move(shown), sprint % static_cast<std::int64_t>(process.sprints_per_release) == 0));
    }
}

namespace {

Process release_at_windows(Organisation& org) {
    const double period = org.scenario.process.window_weeks * hours_per_week;
    while (period != 0) {
        co_await org.env.timeout(period);
        org.env.start(org.release.release_waiting());
    }
}

Process flow(Organisation& org, WorkItem& item, Resource& wip) {
    co_await plan(org, item);
    co_await develop(org, item);
    co_await integrate(org, unmerged(org, Items(1, &item)), 0);
    co_await org.hand_over(Role::developer, Role::tester, item.draws());
    co_await test_by_hand(org, item);
    wip.release();
    org.release.item_done(item);
}

}  // namespace

Process devops(Organisation& org) {
    Resource wip(org.env, org.scenario.process.wip_limit);
    org.env.start(release_at_windows(org));
    while (true) {
        WorkItem* item = co_await org.backlog.next();
        co_await wip.request();
        org.env.start(flow(org, *item, wip));
    }
}

}  // namespace devopssim
