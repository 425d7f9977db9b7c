#include "repairs.hpp"

#include "organisation.hpp"
#include "scanning.hpp"

namespace devopssim {

namespace {

constexpr int production = 2;  // how many steps late a repair in production comes: after review and test

}  // namespace

Repairs::Repairs(Organisation& org)
    : org(org),
      changes(org.draws, TableName::repairs),
      checks(org.draws, TableName::checks_of_repairs),
      assistance(org.draws, TableName::assistance_of_repairs),
      bad_fixes(org.draws, TableName::bad_fixes) {}

Process Repairs::defect(Change& change, Defect& defect, std::int32_t incident, bool urgent) {
    const Detail found = defect_detail(defect, FoundIn::production);
    org.log.record(Kind::defect_found, {.item = change.item, .change = change.id, .detail = found});
    Change& repair = repair_of(defect, change, incident);
    co_await develop(repair, urgent, 1);
    org.log.record(Kind::defect_fixed, {.item = change.item, .change = change.id, .detail = found});
    if (urgent)
        co_await org.release.urgently(repair);
    else
        org.release.ready(repair);
}

Process Repairs::vulnerability(Vulnerability& vulnerability, int steps_late, bool urgent) {
    Change& patch = new_change(vulnerability.drawn->fix_effort * org.late_fix_factor(steps_late) * training_factor(org));
    patch.patches = &vulnerability;
    co_await develop(patch, urgent, steps_late);
    org.log.record(Kind::finding_fixed, {.change = patch.id, .finding = vulnerability.id});
    if (urgent)
        co_await org.release.urgently(patch);
    else
        org.release.ready(patch);
}

void Repairs::maybe_bad_fix(const Defect& defect, Change& change) {
    if (defect.drawn->bad_fix >= org.scenario.quality.bad_fix_share) return;
    Defect& added = org.defects.emplace_back(Defect{&bad_fixes.next_row(), defect.number, defect.bad_fix + 1});
    change.defects.push_back(&added);
    record_defect(org, change, added);
}

Change& Repairs::repair_of(const Defect& defect, const Change& change, std::int32_t incident) {
    Change& repair = new_change(defect.drawn->fix_effort * org.late_fix_factor(production), change.item);
    repair.repairs = incident;
    maybe_bad_fix(defect, repair);
    return repair;
}

Change& Repairs::new_change(double coding, std::int32_t item) {
    const RepairRow& row = changes.next_row();
    const bool assisted = assistance.next_row() < org.scenario.assistance.share;
    const double lines =
        coding * org.scenario.demand.lines_per_hour * (assisted ? org.scenario.derived.larger_change : 1);
    const auto id = static_cast<std::int32_t>(org.draws.rows(TableName::changes)) + count++;
    return org.changes.emplace_back(Change{id, item, coding, lines, row.conflicts,
                                           row.installation, row.noise, row.practices, &checks.next_row(), assisted});
}

Process Repairs::develop(Change& repair, bool urgent, int steps_late) {
    const bool patches = repair.patches != nullptr;
    repair.base = org.merges;
    co_await org.people.work(Role::developer, Stage::code, org.assistance.coding_effort(repair),
                             {.urgent = urgent, .anyone = one_team(org, repair), .on_call = urgent},
                             {.item = repair.item,
                              .change = repair.id,
                              .finding = patches ? repair.patches->id : none,
                              .detail = task(patches ? Task::patch : Task::unplanned)});
    org.assistance.commit(repair, true);
    co_await org.reviews.review(repair, urgent);
    co_await integrate(org, Changes(1, &repair), steps_late, urgent);
    if (org.uses(Practice::testing, repair.draws)) co_return;
    if (urgent) {
        co_await org.people.work(Role::tester, Stage::test,
                                 org.scenario.demand.test_effort * org.scenario.quality.retest_share,
                                 {.urgent = true, .anyone = one_team(org, repair), .on_call = true},
                                 {.item = repair.item, .change = repair.id});
    } else {
        co_await org.hand_over(Role::developer, Role::tester, repair.draws);
    }
}

}  // namespace devopssim
