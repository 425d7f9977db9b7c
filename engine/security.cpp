#include "security.hpp"

#include <algorithm>

#include "organisation.hpp"
#include "scanning.hpp"

namespace devopssim {

Process ProductSecurity::train() {
    co_await org.people.work(Role::developer, Stage::plan, org.scenario.security.training * org.scenario.practices.security, {},
                             {.detail = task(Task::training)});
}

Process ProductSecurity::adopt() {
    const auto count = static_cast<std::int64_t>(org.scenario.derived.false_at_adoption);
    if (count == 0) co_return;
    co_await org.machine(Stage::test, org.scenario.security.scan_time, {.detail = task(Task::scan)});
    record_scan(Scanner::sast, none, Covered::scan);
    std::vector<std::int32_t> findings;
    for (std::int64_t number = 0; number < count; ++number) {
        findings.push_back(org.false_finding(none, number + 1));
        report(org, findings.back(), nullptr, Scanner::sast, false);
    }
    for (const std::int32_t finding : findings) co_await triage(org, finding, Role::developer, false, nullptr);
}

void ProductSecurity::receive(Deployment& deployment) {
    for (Change* change : deployment.changes) {
        const bool embedded = org.uses(Practice::security, change->draws);
        if (change->patches != nullptr) {
            change->patches->is_patched = true;
            org.log.record(Kind::patch_deployed,
                           {.change = change->id, .deployment = deployment.id, .finding = change->patches->id});
        }
        for (Vulnerability* vulnerability : change->vulnerabilities) {
            if (vulnerability->is_patched) continue;
            org.env.start(expose(*vulnerability));
            if (embedded) org.env.start(rescan(*vulnerability));
        }
        if (!embedded) unreviewed.push_back(change);
    }
    call_for_review();
}

Process ProductSecurity::disclosures() {
    for (std::int64_t number = 0; number < org.draws.rows(TableName::disclosures); ++number) {
        const auto& row = org.draws.row<DisclosureRow>(TableName::disclosures, number);
        co_await org.env.timeout(row.time - org.env.now);
        Vulnerability& vulnerability = org.vulnerabilities.emplace_back(
            Vulnerability{&row.vulnerability, org.first_disclosed() + static_cast<std::int32_t>(number)});
        org.log.record(Kind::vulnerability_injected,
                       {.finding = vulnerability.id,
                        .detail = detail(Form::injected_vulnerability, vulnerability.is_critical(), 1)});
        org.env.start(expose(vulnerability));
        if (row.vulnerability.embedded < org.scenario.practices.security) {
            org.env.start(patch_dependency(vulnerability));
        } else {
            in_dependencies.push_back(&vulnerability);
            call_for_review();
        }
    }
}

Process ProductSecurity::patch_dependency(Vulnerability& vulnerability) {
    co_await org.env.timeout(org.scenario.security.advisory_delay);
    co_await report_scanned(vulnerability, Scanner::sca, 0);
}

Process ProductSecurity::rescan(Vulnerability& vulnerability) {
    if (vulnerability.drawn->rescan_after < inf) {
        co_await org.env.timeout(vulnerability.drawn->rescan_after);
        co_await report_scanned(vulnerability, Scanner::sast, 2);
    }
}

Process ProductSecurity::report_scanned(Vulnerability& vulnerability, Scanner scanner, int steps_late) {
    if (vulnerability.is_known) co_return;
    vulnerability.is_known = true;
    record_scan(scanner, none, Covered::scan);
    report(org, vulnerability.id, nullptr, scanner, vulnerability.is_critical());
    co_await triage(org, vulnerability.id, Role::developer, true, nullptr);
    co_await org.env.timeout(vulnerability.drawn->backlog_delay * org.scenario.security.scanned_delay * training_factor(org));
    co_await patch(vulnerability, steps_late, vulnerability.is_critical());
}

Process ProductSecurity::review() {
    reviewing = true;
    while (!unreviewed.empty() || !in_dependencies.empty()) {
        const Changes changes = std::exchange(unreviewed, {});
        const std::int32_t last = changes.empty() ? none : changes.back()->id;
        co_await org.wait(org.scenario.process.hand_over);
        co_await org.people.work(Role::security, Stage::test, org.scenario.security.review_effort, {},
                                 {.change = last,
                                  .finding = last != none ? none : in_dependencies[0]->id,
                                  .detail = task(Task::security_review)});
        record_scan(Scanner::review, last, Covered::review);
        const Vulnerabilities dependencies = std::exchange(in_dependencies, {});
        for (Change* change : changes) {
            Vulnerabilities found;
            co_await inspect(change, change->vulnerabilities, found);
            plan_patches(found);
        }
        Vulnerabilities found;
        co_await inspect(nullptr, dependencies, found);
        plan_patches(found);
    }
    reviewing = false;
}

Process ProductSecurity::sign_off(Changes changes) {
    const Security& security = org.scenario.security;
    if (security.sign_off == 0) co_return;
    co_await org.people.work(Role::security, Stage::test, security.sign_off, {},
                             {.change = changes.back()->id, .detail = task(Task::security_review)});
    const double part = security.review_effort != 0 ? std::min(1.0, security.sign_off / security.review_effort) : 1.0;
    std::vector<std::pair<Vulnerability*, Change*>> found;
    for (Change* change : changes) {
        record_scan(Scanner::review, change->id, Covered::sign_off);
        Vulnerabilities in_change;
        co_await inspect(change, change->vulnerabilities, in_change, Covered::sign_off, part);
        for (Vulnerability* flaw : in_change) found.emplace_back(flaw, change);
    }
    AllOf fixing(org.env);
    for (const auto& [flaw, change] : found) fixing.start(fix_in_place(org, *flaw, *change, 1));
    co_await fixing;
}

Process ProductSecurity::expose(Vulnerability& vulnerability) {
    co_await org.env.timeout(vulnerability.drawn->exploited_after);
    if (vulnerability.is_patched) co_return;
    co_await org.production.fail({.cause = Cause::vulnerability, .finding = vulnerability.id},
                                 [this](Incident& incident) { return contain(incident); });
    if (!vulnerability.is_known) {
        vulnerability.is_known = true;
        report(org, vulnerability.id, nullptr, Scanner::incident, vulnerability.is_critical());
    }
    co_await patch(vulnerability, 2, true);
}

Process ProductSecurity::contain(Incident& incident) {
    if (!incident.is_emergency()) co_await org.hand_over(Role::operator_, Role::security, incident.draws());
    co_await org.production.respond(Role::security, incident.drawn->containment, incident);
}

Process ProductSecurity::inspect(Change* change, const Vulnerabilities& vulnerabilities, Vulnerabilities& found,
                                 Covered covered, double part) {
    for (Vulnerability* vulnerability : vulnerabilities) {
        if (vulnerability->drawn->search >= org.scenario.security.review_finds * part || vulnerability->is_known) continue;
        vulnerability->is_known = true;
        found.push_back(vulnerability);
        report(org, vulnerability->id, change, Scanner::review, vulnerability->is_critical());
        co_await triage(org, vulnerability->id, Role::security, true, nullptr);
    }
    if (change == nullptr) co_return;
    for (const std::int32_t finding : false_findings(org, *change, covered)) {
        report(org, finding, change, Scanner::review, false);
        co_await triage(org, finding, Role::security, false, nullptr);
    }
}

void ProductSecurity::plan_patches(const Vulnerabilities& vulnerabilities) {
    for (Vulnerability* vulnerability : vulnerabilities) org.env.start(patch_after_backlog(*vulnerability));
}

Process ProductSecurity::patch_after_backlog(Vulnerability& vulnerability) {
    co_await org.env.timeout(vulnerability.drawn->backlog_delay * training_factor(org));
    co_await patch(vulnerability, 2);
}

Process ProductSecurity::patch(Vulnerability& vulnerability, int steps_late, bool urgent) {
    if (!vulnerability.in_repair) {
        vulnerability.in_repair = true;
        co_await org.repairs.vulnerability(vulnerability, steps_late, urgent);
    }
}

void ProductSecurity::record_scan(Scanner scanner, std::int32_t change, Covered covered) {
    org.log.record(Kind::scan_finished, {.change = change, .detail = scan_detail(scanner, covered)});
}

void ProductSecurity::call_for_review() {
    if (!reviewing && (!unreviewed.empty() || !in_dependencies.empty())) {
        reviewing = true;
        org.env.start(review());
    }
}

}  // namespace devopssim
