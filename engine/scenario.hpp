// The scenario: the parameters that the processes read, under the names that they have in Python.
//
// Python asks for `parameter_names` and hands over their values as numbers: a choice as its place among the choices, a list of
// choices as bits. `derived` holds what follows from parameters by functions whose last bits differ between machines.
#pragma once

namespace devopssim {

#define DEMAND(P) P(fixed_date_lead) P(lines_per_hour) P(test_effort)
#define TEAM(P) \
    P(analysts) P(developers) P(testers) P(operators) P(security) P(hours_per_week) P(time_zones) P(secondary_effort) \
    P(practised_effort) P(vacancy) P(newcomer_productivity) P(ramp_up) P(mentoring) P(communication) P(joiners) \
    P(join_week)
#define PROCESS(P) \
    P(project_weeks) P(gates) P(sprint_weeks) P(sprints_per_release) P(focus) P(wip_limit) P(window_weeks) P(largest_batch) \
    P(expedite) P(switching) P(hand_over) P(approval) P(sign_off) P(acceptance_effort)
#define QUALITY(P) \
    P(bad_fix_share) P(review_effort) P(review_effort_by_size) P(review_finds) P(large_change) P(large_change_finds) P(reviewers) \
    P(review_hours) P(reviews_at_once) P(review_rework) P(second_round_share) P(second_review) P(unreviewed_share) P(pairing) \
    P(pairing_effort) P(reminder_after) P(reminder_effect) P(automated_test_finds) P(manual_test_finds) P(acceptance_finds) \
    P(test_upkeep) P(retest_share) P(regression_effort) P(regression_rounds) P(exploratory_share) P(exit_criterion) \
    P(misfit_rework) P(conflict_probability) P(conflict_effort)
#define PIPELINE(P) \
    P(runners) P(flaky) P(flaky_effort) P(release_effort) P(hotfix_effort) P(deploy_time) P(manual_mistakes) \
    P(automated_mistakes) P(mistakes_seen) P(settling_effort) P(rollback_time) P(rollback_horizon) P(rollback_share) P(canary) \
    P(canary_time) P(canary_catches) P(canary_false_alarms)
#define PRACTICES(P) P(integration) P(delivery) P(deployment) P(testing) P(monitoring) P(feedback) P(collaboration) P(security)
#define PRODUCTION(P) \
    P(hosts) P(total_share) P(partial_share) P(mitigable_share) P(prevented_share) \
    P(observation) P(diagnosis_per_change) P(diagnosis_per_doubling) P(longest_diagnosis) P(quiet_load)
#define SECURITY(P) \
    P(scan_time) P(scan_covers) P(scan_finds) P(triage_effort) P(training) P(training_effect) \
    P(review_effort) P(review_finds) P(sign_off) P(advisory_delay) P(scanned_delay)
#define ASSISTANCE(P) \
    P(share) P(coding_effort) P(verification_effort) P(unreviewed) P(review_effort) P(pick_up) P(refactoring) \
    P(learning_dip) P(learning_months)
#define DERIVED(P) \
    P(workflow) P(one_team) P(green_changes_leave) P(release_windows) P(without_windows) P(requests) \
    P(larger_change) P(false_at_adoption)

#define FIELD(name) double name;
struct Demand { DEMAND(FIELD) };
struct Team { TEAM(FIELD) };
struct ProcessRules { PROCESS(FIELD) };
struct Quality { QUALITY(FIELD) };
struct Pipeline { PIPELINE(FIELD) };
struct Practices { PRACTICES(FIELD) };
struct Production { PRODUCTION(FIELD) };
struct Security { SECURITY(FIELD) };
struct Assistance { ASSISTANCE(FIELD) };
struct Derived { DERIVED(FIELD) };
#undef FIELD

struct Scenario {
    Demand demand;
    Team team;
    ProcessRules process;
    Quality quality;
    Pipeline pipeline;
    Practices practices;
    Production production;
    Security security;
    Assistance assistance;
    Derived derived;
};

#define NAMED(part, name) part "." #name "\n"
#define OF_DEMAND(name) NAMED("demand", name)
#define OF_TEAM(name) NAMED("team", name)
#define OF_PROCESS(name) NAMED("process", name)
#define OF_QUALITY(name) NAMED("quality", name)
#define OF_PIPELINE(name) NAMED("pipeline", name)
#define OF_PRACTICES(name) NAMED("practices", name)
#define OF_PRODUCTION(name) NAMED("production", name)
#define OF_SECURITY(name) NAMED("security", name)
#define OF_ASSISTANCE(name) NAMED("assistance", name)
#define OF_DERIVED(name) NAMED("derived", name)
inline constexpr char parameter_names[] =
    DEMAND(OF_DEMAND) TEAM(OF_TEAM) PROCESS(OF_PROCESS) QUALITY(OF_QUALITY) PIPELINE(OF_PIPELINE) PRACTICES(OF_PRACTICES)
    PRODUCTION(OF_PRODUCTION) SECURITY(OF_SECURITY) ASSISTANCE(OF_ASSISTANCE) DERIVED(OF_DERIVED);

enum class Workflow { waterfall, agile, devops };
enum Gate : int { plan_gate = 1, code_gate = 2, test_gate = 4 };
enum class Expedite { overtakes, interrupts };

enum class Role : signed char { none = -1, analyst, developer, tester, operator_, security };
inline constexpr int roles = 5;
enum class Stage : signed char { none = -1, plan, code, build, test, deploy, operate, monitor };
enum class Practice { integration, delivery, deployment, testing, monitoring, feedback, collaboration, security };
inline constexpr int practices = 8, seven_cs = 7;

inline constexpr double hours_per_day = 24, hours_per_week = 168, hours_per_month = 730, hours_per_year = 8760;

}  // namespace devopssim
