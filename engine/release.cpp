#include "release.hpp"

#include "organisation.hpp"

namespace devopssim {

ReleaseManagement::ReleaseManagement(Organisation& org)
    : org(org), canaries(org.draws, TableName::canaries), without_windows(org.scenario.derived.without_windows != 0) {}

void ReleaseManagement::expect(const WorkItem& item) {
    auto& undeployed = expected[item.id].undeployed;
    for (const Change* change : item.changes) undeployed.insert(change->id);
}

void ReleaseManagement::item_done(WorkItem& item) {
    org.log.record(Kind::ticket_done, {.item = item.id});
    if (const auto found = expected.find(item.id); found != expected.end()) found->second.done = &item;
    close(item.id);
    for (Change* change : item.changes)
        if (!leaves_when_green(org, *change)) ready(*change);
}

void ReleaseManagement::follow_up(WorkItem& item) {
    org.log.record(Kind::misfit_found, {.item = item.id});
    item.leave_to_follow_up();
    org.accept_request(org.follower(item));
}

void ReleaseManagement::ready(Change& change) {
    if (!org.uses(Practice::deployment, change.draws)) {
        waiting.push_back(&change);
        if (without_windows) org.env.start(release_waiting());
    } else if (org.uses(Practice::testing, change.draws)) {
        org.env.start(deploy({&change}));
    } else {
        tested_by_hand.push_back(&change);
        if (!regression_runs) {
            regression_runs = true;
            org.env.start(deploy_tested_by_hand());
        }
    }
}

Process ReleaseManagement::release_waiting() {
    const Changes changes = std::exchange(waiting, {});
    if (changes.empty()) co_return;
    co_await regression_test(changes);
    co_await org.hand_over(Role::tester, Role::operator_, changes[0]->draws);
    co_await approval();
    AllOf deployed(org.env);
    deploy_in_batches(&deployed, changes);
    co_await deployed;
}

void ReleaseManagement::deploy_in_batches(AllOf* all, const Changes& changes) {
    const auto size = static_cast<std::size_t>(org.scenario.process.largest_batch);
    for (std::size_t first = 0; first < changes.size(); first += size) {
        const auto begin = changes.begin() + static_cast<std::ptrdiff_t>(first);
        Changes batch(begin, changes.size() - first > size ? begin + static_cast<std::ptrdiff_t>(size) : changes.end());
        if (all != nullptr)
            all->start(deploy(std::move(batch)));
        else
            org.env.start(deploy(std::move(batch)));
    }
}

Process ReleaseManagement::urgently(Change& change) { return deploy({&change}, true); }

Process ReleaseManagement::deploy(Changes changes, bool urgent) {
    Change& first = *changes[0];
    const Pipeline& pipeline = org.scenario.pipeline;
    const bool automated = org.uses(Practice::delivery, first.draws);
    if (automated) {
        co_await org.machine(Stage::deploy, pipeline.deploy_time, {.change = first.id});
    } else {
        co_await org.people.work(Role::operator_, Stage::deploy, urgent ? pipeline.hotfix_effort : pipeline.release_effort,
                                 {.urgent = urgent, .anyone = one_team(org, first), .on_call = urgent},
                                 {.change = first.id});
    }
    const double mistakes = automated ? pipeline.automated_mistakes : pipeline.manual_mistakes;
    Deployment& deployment = org.deployments.emplace_back(Deployment{
        deployments++, std::move(changes), org.env.now, automated, first.installation < mistakes});
    if (automated && pipeline.canary != 0) co_await watch_canary(deployment);
    record(deployment);
    org.production.receive(deployment);
    org.security.receive(deployment);
}

Process ReleaseManagement::watch_canary(Deployment& deployment) {
    const Pipeline& pipeline = org.scenario.pipeline;
    const auto& [drawn, shows_mistake, false_alarm] = canaries.next_row();
    if (drawn >= pipeline.canary) co_return;
    deployment.canary = true;
    deployment.canary_shows_mistake = shows_mistake < pipeline.canary_catches;
    if (org.production.canary_shows(deployment)) co_return;
    co_await org.env.timeout(pipeline.canary_time);
    if (false_alarm < pipeline.canary_false_alarms) {
        for (const double machine_time : {pipeline.rollback_time, pipeline.deploy_time})
            co_await org.machine(Stage::deploy, machine_time, {.change = deployment.changes[0]->id});
        co_await org.env.timeout(pipeline.canary_time);
    }
    deployment.time = org.env.now;
}

Process ReleaseManagement::approval() {
    co_await org.wait(org.scenario.process.approval);
    if (org.scenario.derived.release_windows != 0) co_await org.release_window();
}

void ReleaseManagement::record(const Deployment& deployment) {
    for (const Change* change : deployment.changes) {
        const Detail repair = change->patches != nullptr ? detail(Form::patches, 0, 0, change->patches->id)
                              : change->repairs != none  ? detail(Form::repairs_incident, 0, 0, change->repairs)
                                                         : Detail{0};
        org.log.record(Kind::service_deployed,
                       {.item = change->item, .change = change->id, .deployment = deployment.id, .detail = repair});
    }
    for (const Change* change : deployment.changes) {
        if (change->item == none) continue;
        if (const auto found = expected.find(change->item); found != expected.end())
            found->second.undeployed.erase(change->id);
        close(change->item);
    }
}

void ReleaseManagement::close(std::int32_t item) {
    const auto found = expected.find(item);
    if (found == expected.end() || found->second.done == nullptr || !found->second.undeployed.empty()) return;
    WorkItem& done = *found->second.done;
    expected.erase(found);
    org.log.record(Kind::ticket_closed, {.item = item});
    org.env.start(use(done));
}

Process ReleaseManagement::use(WorkItem& item) {
    if (!item.misfits(org.env.now)) co_return;
    const bool measured = org.uses(Practice::feedback, item.draws()) && org.uses(Practice::monitoring, item.draws());
    co_await org.env.timeout(measured ? org.scenario.production.observation : item.drawn->complaint_after);
    follow_up(item);
}

Process ReleaseManagement::regression_test(const Changes& changes) {
    const Quality& quality = org.scenario.quality;
    double share = 0;
    for (const Change* change : changes)
        share += !org.uses(Practice::testing, change->draws) ? 1.0 : quality.exploratory_share;
    const double effort = quality.regression_effort * share / static_cast<double>(changes.size());
    const bool anyone = one_team(org, *changes[0]);
    int rounds = 0;
    bool passed = effort == 0;
    while (!passed) {
        ++rounds;
        co_await org.people.work(Role::tester, Stage::test, effort, {.anyone = anyone}, {.change = changes[0]->id});
        std::int64_t severe = 0;
        co_await fix_regressions(changes, org.draws.value(TableName::found_after, rounds), severe);
        passed = rounds >= quality.regression_rounds && static_cast<double>(severe) <= quality.exit_criterion;
    }
}

Process ReleaseManagement::fix_regressions(const Changes& changes, double finds, std::int64_t& severe) {
    const Check check{&DefectRow::regression, finds};
    AllOf fixes(org.env);
    for (Change* change : changes) {
        bool has_seen = false;
        for (const Defect* defect : change->defects) {
            if (defect->is_found || !check.sees(*defect)) continue;
            has_seen = true;
            severe += defect->severe();
        }
        if (has_seen) fixes.start(fix_defects(org, *change, check, FoundIn::test, 1));
    }
    co_await fixes;
}

Process ReleaseManagement::deploy_tested_by_hand() {
    while (!tested_by_hand.empty()) {
        const Changes batch = std::exchange(tested_by_hand, {});
        co_await regression_test(batch);
        deploy_in_batches(nullptr, batch);
    }
    regression_runs = false;
}

}  // namespace devopssim
