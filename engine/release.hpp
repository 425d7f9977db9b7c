// From main to production: regression test, hand-over, approval, installation; and the follow-up of what users get.
// See devopssim/simulation/release.py.
#pragma once

#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

#include "development.hpp"
#include "draws.hpp"
#include "events.hpp"
#include "production.hpp"
#include "work_items.hpp"

namespace devopssim {

class Organisation;

class ReleaseManagement {
public:
    explicit ReleaseManagement(Organisation& org);
    void expect(const WorkItem& item);
    void item_done(WorkItem& item);
    void follow_up(WorkItem& item);
    void ready(Change& change);
    Process release_waiting();
    Process urgently(Change& change);
    Process approval();

private:
    struct CanaryRow {
        double drawn, shows_mistake, false_alarm;
    };
    void deploy_in_batches(AllOf* all, const Changes& changes);
    Process deploy(Changes changes, bool urgent = false);
    Process watch_canary(Deployment& deployment);
    void record(const Deployment& deployment);
    void close(std::int32_t item);
    Process use(WorkItem& item);
    Process regression_test(const Changes& changes);
    Process fix_regressions(const Changes& changes, double finds, std::int64_t& severe);
    Process deploy_tested_by_hand();

    Organisation& org;
    DrawTable<CanaryRow> canaries;
    bool without_windows;
    Changes waiting, tested_by_hand;
    bool regression_runs = false;
    struct Expected {
        std::set<std::int32_t> undeployed;  // the changes that its users wait for
        WorkItem* done = nullptr;
    };
    std::unordered_map<std::int32_t, Expected> expected;  // items that are not available to their users
    std::int32_t deployments = 0;
};

}  // namespace devopssim
