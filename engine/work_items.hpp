// What work is about: items with their changes, and the defects and vulnerabilities that changes bring. Each holds a drawn row and
// what has happened to it. See devopssim/simulation/work_items.py.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "scenario.hpp"

namespace devopssim {

inline constexpr double inf = std::numeric_limits<double>::infinity();
inline constexpr double lines_of_a_change = 100;  // the size of the change that `quality.defects_per_change` speaks of
inline constexpr std::int32_t none = -1;          // no item, no change, …

struct DefectRow {
    double severe, review, test, acceptance, regression, prevention, canary, bad_fix, fix_effort, surfaces_after, retest;
};

struct Defect {
    const DefectRow* drawn;
    std::int32_t number;   // in its change
    std::int32_t bad_fix;  // how many fixes brought it, each of the one before
    bool is_found = false;
    bool severe() const { return drawn->severe != 0; }
};

struct VulnerabilityRow {
    double critical, search, embedded, backlog_delay, fix_effort, exploited_after, rescan_after;
};

struct Vulnerability {
    const VulnerabilityRow* drawn;
    std::int32_t id;
    bool is_known = false;
    bool in_repair = false;
    bool is_patched = false;
    bool is_critical() const { return drawn->critical != 0; }
};

struct Checks {
    double pairing, unreviewed, review_wait, second_round, second_wait, build, test, flaky;
};

struct ChangeRow {
    double number, effort, lines, conflicts, installation, noise, assisted, first_defect, defects, first_vulnerability,
        vulnerabilities;
    Checks checks;
    double practices[devopssim::practices];
};

struct Change {
    std::int32_t id;
    std::int32_t item;
    double effort;
    double lines;
    double conflicts, installation, noise;
    const double* draws;  // of each practice
    const Checks* checks;
    bool assisted;
    std::vector<Defect*> defects{};
    std::vector<Vulnerability*> vulnerabilities{};
    std::int32_t repairs = none;  // the incident that the change repairs
    Vulnerability* patches = nullptr;
    std::int64_t false_findings = 0;
    bool committed = false;
    std::int64_t base = 0;
};

struct ItemRow {
    double arrives, plan_effort, test_effort, misunderstood, drifts_after, complaint_after, service_class, value, due,
        first_change, changes;
    double practices[seven_cs];
};

enum class ServiceClass { standard, expedite, fixed_date };

struct WorkItem {
    std::int32_t id;
    const ItemRow* drawn;
    std::vector<Change*> changes{};
    bool misunderstood = false;
    double drifts_after = 0;
    double understood_at = inf;
    const double* draws() const { return drawn->practices; }
    ServiceClass service_class() const { return static_cast<ServiceClass>(static_cast<int>(drawn->service_class)); }

    double code_effort() const {
        double effort = 0;
        for (const Change* change : changes) effort += change->effort;
        return effort;
    }
    double remaining_effort() const {
        double effort = 0;
        for (const Change* change : changes)
            if (!change->committed) effort += change->effort;
        return effort;
    }
    bool misfits(double now) const { return misunderstood || now - understood_at >= drifts_after; }
    void understand(double now) {
        if (understood_at < inf) {
            misunderstood = false;
            const double elapsed = now - understood_at;
            drifts_after = elapsed < drifts_after ? drifts_after - elapsed : inf;
        }
        understood_at = now;
    }
    void leave_to_follow_up() {
        misunderstood = false;
        drifts_after = inf;
    }
};

}  // namespace devopssim
