#include "scanning.hpp"

#include <algorithm>

#include "organisation.hpp"

namespace devopssim {

Process scan(Organisation& org, Change& change) {
    const Security& security = org.scenario.security;
    co_await org.machine(Stage::test, security.scan_time, {.change = change.id, .detail = task(Task::scan)});
    org.log.record(Kind::scan_finished, {.change = change.id, .detail = scan_detail(Scanner::sast, Covered::scan)});
    const double finds = security.scan_covers * security.scan_finds;
    std::vector<Vulnerability*> found;
    for (Vulnerability* vulnerability : change.vulnerabilities)
        if (vulnerability->drawn->search < finds) found.push_back(vulnerability);
    for (Vulnerability* vulnerability : found) {
        vulnerability->is_known = true;
        report(org, vulnerability->id, &change, Scanner::sast, vulnerability->is_critical());
        co_await triage(org, vulnerability->id, Role::developer, true, &change);
        co_await fix_in_place(org, *vulnerability, change);
    }
    for (const std::int32_t finding : false_findings(org, change, Covered::scan)) {
        report(org, finding, &change, Scanner::sast, false);
        co_await triage(org, finding, Role::developer, false, &change);
    }
}

std::vector<std::int32_t> false_findings(Organisation& org, Change& change, Covered covered) {
    const auto& [mean, none_found] = org.draws.row<double[2]>(TableName::false_findings, static_cast<int>(covered));
    const std::int64_t reported = change.false_findings;
    change.false_findings = std::max(reported, poisson_quantile(mean, none_found, change.noise));
    std::vector<std::int32_t> found;
    for (std::int64_t number = reported; number < change.false_findings; ++number)
        found.push_back(org.false_finding(change.id, number + 1));
    return found;
}

void report(Organisation& org, std::int32_t finding, const Change* change, Scanner scanner, bool critical) {
    org.log.record(Kind::finding_reported,
                   {.change = change != nullptr ? change->id : none,
                    .finding = finding,
                    .detail = detail(Form::report, static_cast<int>(scanner), critical)});
}

Process triage(Organisation& org, std::int32_t finding, Role role, bool real, const Change* change) {
    const bool anyone = change != nullptr && org.uses(Practice::collaboration, change->draws);
    co_await org.people.work(role, Stage::test, org.scenario.security.triage_effort, {.anyone = anyone},
                             {.finding = finding, .detail = task(Task::triage)});
    if (!real) org.log.record(Kind::finding_dismissed, {.finding = finding, .detail = detail(Form::dismissed)});
}

Process fix_in_place(Organisation& org, Vulnerability& vulnerability, Change& change, int steps_late) {
    co_await org.people.work(Role::developer, Stage::code,
                             vulnerability.drawn->fix_effort * org.late_fix_factor(steps_late) * training_factor(org),
                             {.anyone = org.uses(Practice::collaboration, change.draws)},
                             {.change = change.id, .finding = vulnerability.id, .detail = task(Task::fix)});
    vulnerability.is_patched = true;
    org.log.record(Kind::finding_fixed, {.change = change.id, .finding = vulnerability.id});
}

double training_factor(const Organisation& org) {
    return 1 - org.scenario.security.training_effect * org.scenario.practices.security;
}

}  // namespace devopssim
