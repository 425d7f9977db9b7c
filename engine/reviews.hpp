// Reviews: how long a change waits until a colleague looks at it, what reading it costs, and what that finds.
// See devopssim/simulation/reviews.py.
#pragma once

#include <optional>

#include "events.hpp"
#include "resources.hpp"
#include "scenario.hpp"
#include "work_items.hpp"

namespace devopssim {

class Organisation;

// Time of those who review, where not everybody does.
class ReviewTime {
public:
    explicit ReviewTime(Organisation& org);
    double turn(double effort) const;  // the working hours of a review

    Resource reviewers;

private:
    Organisation& org;
    double hours_per_effort;
};

// Turn of one review: from its begin, a reviewer has no time for another one for so many working hours, and until it ends.
class Turn {
public:
    Turn(Organisation& org, ReviewTime& time, double hours) : org(org), time(time), hours(hours) {}
    Process begin();
    void end();

private:
    Organisation& org;
    ReviewTime& time;
    double hours;
    double began = inf;
};

class Reviews {
public:
    explicit Reviews(Organisation& org);
    bool is_paired(const Change& change) const;
    double coding_effort(const Change& change) const;
    Process review(Change& change, bool urgent = false);

private:
    Process read(Change& change, double effort, double wait, bool urgent);
    Process rework(Change& change, bool urgent);
    Process fix(Change& change, double finds);
    Process attention(double hours, Turn* turn);
    double until_seen(double asked, double hours) const;

    Organisation& org;
    const Quality& quality;
    Resource room;
    std::optional<ReviewTime> time;
};

}  // namespace devopssim
