#include "organisation.hpp"

namespace devopssim {

void Backlog::put(WorkItem& item) {
    log.record(Kind::ticket_created, {.item = item.id, .detail = detail(Form::ticket, 0, 0, item.id)});
    if (takers.empty()) {
        items.push_back(&item);
        return;
    }
    Next& taker = *takers.front();
    takers.pop_front();
    taker.item = &item;
    env.resume(taker.process);
}

void Backlog::Next::await_suspend(std::coroutine_handle<> taker) {
    process = taker;
    if (backlog.items.empty()) {
        backlog.takers.push_back(this);
        return;
    }
    item = backlog.items.front();
    backlog.items.pop_front();
    backlog.env.resume(process);
}

std::vector<WorkItem*> Backlog::take_all() {
    std::vector<WorkItem*> taken(items.begin(), items.end());
    items.clear();
    return taken;
}

std::vector<WorkItem*> Backlog::take_within(double room) {
    std::vector<WorkItem*> taken;
    while (!items.empty() && room > 0 && (taken.empty() || items.front()->code_effort() <= room)) {
        taken.push_back(items.front());
        items.pop_front();
        room -= taken.back()->code_effort();
    }
    return taken;
}

Organisation::Organisation(const Scenario& scenario, const Columns* tables, Log& written, std::int64_t most_rows)
    : scenario(scenario),
      draws(env, tables),
      log(env, written, most_rows),
      backlog(env, log),
      people(env, log, scenario, draws),
      machines(env, scenario.pipeline.runners),
      main(*this),
      pipeline(*this),
      assistance(*this),
      reviews(*this),
      release(*this),
      production(*this),
      security(*this),
      repairs(*this) {}

Process Organisation::requests() {
    for (std::int64_t number = 0; number < static_cast<std::int64_t>(scenario.derived.requests); ++number) {
        const double arrives = draws.row<ItemRow>(TableName::items, number).arrives;
        co_await env.timeout(arrives - env.now);
        accept_request(request(number));
    }
}

void Organisation::accept_request(WorkItem& item) {
    release.expect(item);
    if (item.service_class() == ServiceClass::expedite)
        people.expedite_item(item.id);
    else if (item.service_class() == ServiceClass::fixed_date)
        env.start(approach(item));
    backlog.put(item);
}

Process Organisation::approach(WorkItem& item) {
    const double lead = scenario.demand.fixed_date_lead * hours_per_week;
    co_await env.timeout(std::max(0.0, item.drawn->due - lead - env.now));
    people.expedite_item(item.id);
}

Process Organisation::machine(Stage stage, double hours, Fields fields, Resource* of) {
    Resource& resource = of != nullptr ? *of : machines;
    fields.stage = stage;
    log.record(Kind::stage_queued, fields);
    co_await resource.request();
    log.record(Kind::stage_started, fields);
    co_await env.timeout(hours);
    log.record(Kind::stage_finished, fields);
    resource.release();
}

Process Organisation::hand_over(Role giver, Role taker, const double* draws) {
    const bool same_team = giver == taker || (is_of_one_team(giver) && is_of_one_team(taker));
    if (!same_team && !uses(Practice::collaboration, draws)) co_await wait(scenario.process.hand_over);
}

WorkItem& Organisation::request(std::int64_t place) {
    const ItemRow& row = draws.row<ItemRow>(TableName::items, place);
    WorkItem& item = items.emplace_back(WorkItem{static_cast<std::int32_t>(place), &row});
    item.misunderstood = row.misunderstood != 0;
    item.drifts_after = row.drifts_after;
    const auto first = static_cast<std::int64_t>(row.first_change);
    for (std::int64_t number = first; number < first + static_cast<std::int64_t>(row.changes); ++number) {
        const ChangeRow& of = draws.row<ChangeRow>(TableName::changes, number);
        Change& change = changes.emplace_back(Change{static_cast<std::int32_t>(number), item.id, of.effort, of.lines,
                                                     of.conflicts, of.installation, of.noise, of.practices, &of.checks,
                                                     of.assisted != 0});
        for (std::int32_t defect = 0; defect < of.defects; ++defect) {
            const auto& drawn = draws.row<DefectRow>(TableName::defects, static_cast<std::int64_t>(of.first_defect) + defect);
            change.defects.push_back(&defects.emplace_back(Defect{&drawn, defect, 0}));
        }
        for (std::int32_t flaw = 0; flaw < of.vulnerabilities; ++flaw) {
            const std::int32_t id = static_cast<std::int32_t>(of.first_vulnerability) + flaw;
            const auto& drawn = draws.row<VulnerabilityRow>(TableName::vulnerabilities, id);
            change.vulnerabilities.push_back(&vulnerabilities.emplace_back(Vulnerability{&drawn, id}));
        }
        item.changes.push_back(&change);
    }
    return item;
}

WorkItem& Organisation::follower(const WorkItem& item) {
    return request(item.id + static_cast<std::int64_t>(scenario.derived.requests));
}

std::int32_t Organisation::false_finding(std::int32_t change, std::int64_t number) {
    found_falsely.push_back({change, static_cast<std::int32_t>(number)});
    return first_disclosed() + static_cast<std::int32_t>(draws.rows(TableName::disclosures)) +
           static_cast<std::int32_t>(found_falsely.size()) - 1;
}

}  // namespace devopssim
