// Security around the pipeline: reviews as an afterthought, sign-offs, vulnerabilities of dependencies, attacks and patches.
// See devopssim/simulation/security.py.
#pragma once

#include <cstdint>
#include <vector>

#include "development.hpp"
#include "events.hpp"
#include "production.hpp"
#include "recorder.hpp"
#include "work_items.hpp"

namespace devopssim {

class Organisation;
using Vulnerabilities = std::vector<Vulnerability*>;

class ProductSecurity {
public:
    explicit ProductSecurity(Organisation& org) : org(org) {}
    Process train();
    Process adopt();
    void receive(Deployment& deployment);
    Process disclosures();
    Process sign_off(Changes changes);

private:
    struct DisclosureRow {
        double time;
        VulnerabilityRow vulnerability;
    };
    Process patch_dependency(Vulnerability& vulnerability);
    Process rescan(Vulnerability& vulnerability);
    Process report_scanned(Vulnerability& vulnerability, Scanner scanner, int steps_late);
    Process review();
    Process expose(Vulnerability& vulnerability);
    Process contain(Incident& incident);
    Process inspect(Change* change, const Vulnerabilities& vulnerabilities, Vulnerabilities& found,
                    Covered covered = Covered::review, double part = 1.0);
    void plan_patches(const Vulnerabilities& vulnerabilities);
    Process patch_after_backlog(Vulnerability& vulnerability);
    Process patch(Vulnerability& vulnerability, int steps_late, bool urgent = false);
    void record_scan(Scanner scanner, std::int32_t change, Covered covered);
    void call_for_review();

    Organisation& org;
    Changes unreviewed;
    Vulnerabilities in_dependencies;
    bool reviewing = false;
};

}  // namespace devopssim
