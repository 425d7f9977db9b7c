// The three workflows, side by side. They use the same verbs; they differ only in when work moves.
// See devopssim/simulation/workflows.py.
#pragma once

#include "events.hpp"

namespace devopssim {

class Organisation;

Process waterfall(Organisation& org);
Process agile(Organisation& org);
Process devops(Organisation& org);

}  // namespace devopssim
