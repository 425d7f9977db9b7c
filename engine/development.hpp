// From a request to code on main: plan, code, merge, build, test, and fix the defects found on the way.
// See devopssim/simulation/development.py.
#pragma once

#include <cstdint>
#include <vector>

#include "events.hpp"
#include "recorder.hpp"
#include "work_items.hpp"

namespace devopssim {

class Organisation;
using Changes = std::vector<Change*>;

// A check: it finds the defects whose draw for it lies below its share of finds.
struct Check {
    double DefectRow::*draw;
    double finds;
    bool sees(const Defect& defect) const { return defect.drawn->*draw < finds; }
};

Process plan(Organisation& org, WorkItem& item);
Process develop(Organisation& org, WorkItem& item);
Process code(Organisation& org, Change& change, bool begins = false);
void record_defect(Organisation& org, const Change& change, const Defect& defect);
Process finish(Organisation& org, Change& change);
bool leaves_when_green(const Organisation& org, const Change& change);
Process integrate(Organisation& org, Changes changes, int steps_late, bool urgent = false);
Process test_by_hand(Organisation& org, WorkItem& item);
Process fix_defects(Organisation& org, Change& change, Check check, FoundIn found_in, int steps_late);
Process demo(Organisation& org, WorkItem& item, double coded);
Changes unmerged(const Organisation& org, const std::vector<WorkItem*>& items);
bool one_team(const Organisation& org, const Change& change);

}  // namespace devopssim
