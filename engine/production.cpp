#include "production.hpp"

#include <algorithm>

#include "organisation.hpp"

namespace devopssim {

ServiceOperation::ServiceOperation(Organisation& org)
    : org(org), use(org.people.calendar, org.scenario.production.quiet_load), rows(org.draws, TableName::incidents) {}

void ServiceOperation::receive(Deployment& deployment) {
    for (const Change* change : deployment.changes) {
        const auto awaiting = awaiting_repair.find(change->repairs);
        if (awaiting == awaiting_repair.end()) continue;
        const Incident& incident = *awaiting->second;
        awaiting_repair.erase(awaiting);
        resolve(incident);
    }
    org.env.start(operate(deployment));
    if (deployment.mistake) {
        org.env.start(fail({.cause = Cause::installation,
                            .deployment = &deployment,
                            .on_canary = deployment.canary && deployment.canary_shows_mistake},
                           [this, &deployment](Incident& incident) { return reinstall(deployment, incident); }));
    }
    for (Change* change : deployment.changes)
        for (Defect* defect : change->defects)
            if (!defect->is_found) org.env.start(surface(deployment, *change, *defect));
}

bool ServiceOperation::canary_shows(const Deployment& deployment) const {
    if (!deployment.canary) return false;
    if (deployment.mistake && deployment.canary_shows_mistake) return true;
    for (const Change* change : deployment.changes)
        for (const Defect* defect : change->defects)
            if (on_canary(deployment, *defect)) return true;
    return false;
}

Process ServiceOperation::operate(Deployment& deployment) {
    const double settling = org.scenario.pipeline.settling_effort;
    if (!org.uses(Practice::monitoring, deployment.changes[0]->draws)) {
        co_await org.people.work(Role::operator_, Stage::operate, settling, {}, {.deployment = deployment.id});
        co_return;
    }
    for (const Stage stage : {Stage::operate, Stage::monitor}) {
        org.log.record(Kind::stage_started, {.deployment = deployment.id, .stage = stage});
        co_await org.env.timeout(stage == Stage::operate ? settling : org.scenario.production.observation);
        org.log.record(Kind::stage_finished, {.deployment = deployment.id, .stage = stage});
    }
}

Process ServiceOperation::surface(Deployment& deployment, Change& change, Defect& defect) {
    const bool shown = on_canary(deployment, defect);
    if (!shown) co_await org.env.timeout(in_use(defect.drawn->surfaces_after));
    if (defect.is_found) co_return;
    defect.is_found = true;
    const bool monitored = org.uses(Practice::monitoring, change.draws);
    const bool prevented = monitored && defect.drawn->prevention < org.scenario.production.prevented_share;
    if (defect.severe() && !prevented) {
        co_await fail({.cause = Cause::defect, .deployment = &deployment, .on_canary = shown},
                      [&](Incident& incident) { return undo(deployment, change, defect, incident); });
    } else {
        co_await org.repairs.defect(change, defect);
    }
}

Process ServiceOperation::infrastructure(int host) {
    const Production& production = org.scenario.production;
    DrawTable<double[2]> failures(org.draws, static_cast<int>(TableName::first_of_hosts) + host);
    while (true) {
        const auto& [wait, prevention] = failures.next_row();
        co_await org.env.timeout(in_use(wait));
        if (prevention >= production.prevented_share * org.scenario.practices.monitoring)
            co_await fail({.cause = Cause::infrastructure, .replica = production.hosts > 1 ? host : none},
                          [this](Incident& incident) { return restart(incident); });
    }
}

Process ServiceOperation::fail(Failure failure, Restore restore) {
    Incident& incident = this->incident();
    org.log.record(Kind::service_failed,
                   {.deployment = failure.deployment != nullptr ? failure.deployment->id : none,
                    .incident = incident.id,
                    .finding = failure.finding,
                    .detail = failed_detail(failure.cause, incident.severity, failure.on_canary, failure.replica)});
    if (failure.on_canary) {
        co_await org.env.timeout(org.scenario.pipeline.canary_time);
        record_detection(incident, true);
        incident.is_paged = true;
    } else if (failure.cause == Cause::installation && installer_sees(*failure.deployment, incident)) {
        record_detection(incident, false);
    } else {
        co_await detect(incident);
        co_await answer(incident);
    }
    co_await restore(incident);
    if (incident.awaits_repair)
        awaiting_repair[incident.id] = &incident;
    else
        resolve(incident);
}

Process ServiceOperation::detect(Incident& incident) {
    const bool alerted = org.uses(Practice::monitoring, incident.draws());
    const double reported = incident.is_emergency() ? incident.drawn->report : incident.drawn->minor_report;
    co_await org.env.timeout(alerted ? incident.drawn->alert : reported);
    if (!alerted) org.log.record(Kind::incident_reported, {.incident = incident.id});
    incident.is_paged = alerted || incident.is_emergency();
    record_detection(incident, alerted);
}

Process ServiceOperation::answer(Incident& incident) {
    if (!incident.is_paged) co_return;
    const bool on_duty = org.people.calendar.shift(org.env.now).first;
    co_await org.env.timeout(on_duty ? incident.drawn->response : incident.drawn->night_response);
}

Process ServiceOperation::restart(Incident& incident) {
    incident.via = Via::restart;
    co_await diagnose(incident, 1);
    if (org.uses(Practice::delivery, incident.draws()))
        co_await org.machine(Stage::operate, org.scenario.pipeline.deploy_time, {.incident = incident.id});
    else
        co_await restore_by_hand(incident);
}

Process ServiceOperation::reinstall(Deployment& deployment, Incident& incident) {
    if (can_roll_back(deployment, incident)) {
        co_await roll_back(deployment, incident);
    } else {
        co_await diagnose(incident, 1);
        co_await restore_by_hand(incident);
    }
}

Process ServiceOperation::undo(Deployment& deployment, Change& change, Defect& defect, Incident& incident) {
    incident.awaits_repair = true;
    if (can_roll_back(deployment, incident)) {
        co_await roll_back(deployment, incident);
    } else {
        co_await diagnose(incident, static_cast<std::int64_t>(deployment.changes.size()));
        if (incident.drawn->mitigation >= org.scenario.production.mitigable_share) {
            org.env.start(org.repairs.defect(change, defect, incident.id, incident.is_emergency()));
            co_return;
        }
        incident.via = Via::mitigation;
        if (!incident.is_emergency() && !org.uses(Practice::deployment, incident.draws())) co_await org.release.approval();
        co_await restore_by_hand(incident);
    }
    org.log.record(Kind::service_restored,
                   {.incident = incident.id, .detail = detail(Form::via, static_cast<int>(incident.via))});
    org.env.start(org.repairs.defect(change, defect, incident.id));
}

Process ServiceOperation::roll_back(Deployment& deployment, Incident& incident) {
    incident.via = Via::rollback;
    deployment.rolled_back = true;
    if (!deployment.canary) co_await diagnose(incident, 1);
    co_await org.machine(Stage::operate, org.scenario.pipeline.rollback_time, {.incident = incident.id});
    org.log.record(Kind::service_rolledback, {.deployment = deployment.id, .incident = incident.id});
}

Process ServiceOperation::diagnose(Incident& incident, std::int64_t changes) {
    const Production& production = org.scenario.production;
    const double factor = org.uses(Practice::monitoring, incident.draws())
                              ? 1 + production.diagnosis_per_doubling * org.draws.value(TableName::log2, changes)
                              : 1 + production.diagnosis_per_change * static_cast<double>(changes - 1);
    const double effort = incident.drawn->diagnosis * std::min(factor, production.longest_diagnosis);
    co_await respond(Role::operator_, effort, incident);
}

Process ServiceOperation::restore_by_hand(Incident& incident) {
    return respond(Role::operator_, incident.drawn->repair, incident);
}

Process ServiceOperation::respond(Role role, double effort, Incident& incident) {
    co_await org.people.work(role, Stage::operate, effort,
                             {.urgent = incident.is_emergency(),
                              .anyone = org.uses(Practice::collaboration, incident.draws()),
                              .on_call = incident.is_paged},
                             {.incident = incident.id});
}

double ServiceOperation::in_use(double hours) const { return use.elapsed(org.env.now, hours); }

bool ServiceOperation::can_roll_back(const Deployment& deployment, const Incident& incident) const {
    const Pipeline& pipeline = org.scenario.pipeline;
    if (deployment.rolled_back || !deployment.automated) return false;
    const bool young = org.env.now - deployment.time <= pipeline.rollback_horizon;
    return young && incident.drawn->rollback < pipeline.rollback_share;
}

bool ServiceOperation::installer_sees(const Deployment& deployment, const Incident& incident) const {
    return !deployment.automated && incident.drawn->rollback < org.scenario.pipeline.mistakes_seen;
}

bool ServiceOperation::on_canary(const Deployment& deployment, const Defect& defect) const {
    if (!deployment.canary || !defect.severe() || defect.is_found) return false;
    return defect.drawn->canary < org.scenario.pipeline.canary_catches;
}

void ServiceOperation::record_detection(const Incident& incident, bool automated) {
    org.log.record(Kind::incident_detected, {.incident = incident.id, .detail = detail(Form::detected, automated)});
}

void ServiceOperation::resolve(const Incident& incident) {
    org.log.record(Kind::incident_resolved,
                   {.incident = incident.id, .detail = detail(Form::via, static_cast<int>(incident.via))});
}

Incident& ServiceOperation::incident() {
    const Production& production = org.scenario.production;
    const IncidentRow& row = rows.next_row();
    const bool outage = row.severity < production.total_share + production.partial_share;
    const Impact severity = row.severity < production.total_share ? Impact::total : outage ? Impact::partial : Impact::minor;
    org.people.expedite_incident(incidents);
    return org.incidents.emplace_back(Incident{incidents++, &row, severity});
}

}  // namespace devopssim
