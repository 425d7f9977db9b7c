// Repairs: a fault in production becomes a change that is coded, brought to main, tested and released.
// See devopssim/simulation/repairs.py.
#pragma once

#include <cstdint>

#include "draws.hpp"
#include "events.hpp"
#include "work_items.hpp"

namespace devopssim {

class Organisation;

class Repairs {
public:
    explicit Repairs(Organisation& org);
    Process defect(Change& change, Defect& defect, std::int32_t incident = none, bool urgent = false);
    Process vulnerability(Vulnerability& vulnerability, int steps_late, bool urgent = false);
    void maybe_bad_fix(const Defect& defect, Change& change);

private:
    struct RepairRow {
        double defects, vulnerabilities, conflicts, installation, noise;
        double practices[devopssim::practices];
    };
    Change& repair_of(const Defect& defect, const Change& change, std::int32_t incident);
    Change& new_change(double coding, std::int32_t item = none);
    Process develop(Change& repair, bool urgent, int steps_late);

    Organisation& org;
    DrawTable<RepairRow> changes;
    DrawTable<Checks> checks;
    DrawTable<double> assistance;
    DrawTable<DefectRow> bad_fixes;
    std::int32_t count = 0;
};

}  // namespace devopssim
