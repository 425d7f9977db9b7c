#include "assistance.hpp"

#include "organisation.hpp"

namespace devopssim {

double AssistedWork::coding_effort(const Change& change) {
    const double effort = org.reviews.coding_effort(change) * slow_down();
    if (!change.assisted) return effort;
    const Assistance& assistance = org.scenario.assistance;
    const double verification = assistance.verification_effort * change.lines / lines_of_a_change;
    return effort * assistance.coding_effort * (1 + assistance.refactoring) / learnt() + verification;
}

double AssistedWork::planned_factor() {
    const Assistance& assistance = org.scenario.assistance;
    const double assisted = assistance.coding_effort * (1 + assistance.refactoring) / learnt();
    return slow_down() * (1 - assistance.share + assistance.share * assisted);
}

double AssistedWork::slow_down() { return org.draws.value(TableName::slow_down, commits); }

double AssistedWork::learnt() const {
    const bool is_new = org.env.now < org.scenario.assistance.learning_months * hours_per_month;
    return is_new ? 1 - org.scenario.assistance.learning_dip : 1.0;
}

void AssistedWork::commit(const Change& change, bool unplanned) {
    const bool says_something = unplanned || change.assisted;
    org.log.record(Kind::change_created,
                   {.item = change.item,
                    .change = change.id,
                    .detail = says_something ? detail(Form::commit, unplanned, change.assisted) : Detail{0}});
    if (change.assisted) ++commits;
}

}  // namespace devopssim
