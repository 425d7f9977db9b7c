// Assistance: how long the coding of a change takes with it, and the complexity that it leaves behind.
// See devopssim/simulation/assistance.py.
#pragma once

#include <cstdint>

#include "recorder.hpp"
#include "scenario.hpp"
#include "work_items.hpp"

namespace devopssim {

class Organisation;

class AssistedWork {
public:
    explicit AssistedWork(Organisation& org) : org(org) {}
    double coding_effort(const Change& change);
    double planned_factor();
    double slow_down();
    void commit(const Change& change, bool unplanned = false);

private:
    double learnt() const;

    Organisation& org;
    std::int64_t commits = 0;  // of assisted changes
};

inline Detail assisted_detail(const Change& change) {
    return change.assisted ? detail(Form::commit, 0, 1) : Detail{0};
}

}  // namespace devopssim
