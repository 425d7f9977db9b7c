// Security inside the pipeline: a scan on each merge; findings are triaged and vulnerabilities fixed before deployment.
// See devopssim/simulation/scanning.py.
#pragma once

#include <cstdint>
#include <vector>

#include "events.hpp"
#include "recorder.hpp"
#include "work_items.hpp"

namespace devopssim {

class Organisation;

Process scan(Organisation& org, Change& change);
std::vector<std::int32_t> false_findings(Organisation& org, Change& change, Covered covered);
void report(Organisation& org, std::int32_t finding, const Change* change, Scanner scanner, bool critical);
Process triage(Organisation& org, std::int32_t finding, Role role, bool real, const Change* change);
Process fix_in_place(Organisation& org, Vulnerability& vulnerability, Change& change, int steps_late = 0);
double training_factor(const Organisation& org);

}  // namespace devopssim
