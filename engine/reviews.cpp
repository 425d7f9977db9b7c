#include "reviews.hpp"

#include <algorithm>

#include "organisation.hpp"

namespace devopssim {

ReviewTime::ReviewTime(Organisation& org)
    : reviewers(org.env, org.scenario.quality.reviewers),
      org(org),
      hours_per_effort(std::max(1.0, org.scenario.team.hours_per_week / org.scenario.quality.review_hours)) {}

double ReviewTime::turn(double effort) const { return (effort + org.scenario.process.switching) * hours_per_effort; }

Process Turn::begin() {
    co_await time.reviewers.request();
    began = org.env.now;
}

namespace {

Process release(Organisation& org, Resource& reviewers, double hours) {  // the turn is gone by then
    co_await org.wait(hours);
    reviewers.release();
}

}  // namespace

void Turn::end() {
    const double left = hours - org.people.calendar.working_hours(began, org.env.now);
    org.env.start(release(org, time.reviewers, std::max(0.0, left)));
}

Reviews::Reviews(Organisation& org)
    : org(org),
      quality(org.scenario.quality),
      room(org.env, quality.reviews_at_once * (quality.reviewers != 0 ? quality.reviewers : org.scenario.team.developers)) {
    if (quality.reviewers != 0) time.emplace(org);
}

bool Reviews::is_paired(const Change& change) const {
    return one_team(org, change) && change.checks->pairing < quality.pairing;
}

double Reviews::coding_effort(const Change& change) const {
    return change.effort * (is_paired(change) ? quality.pairing_effort : 1.0);
}

Process Reviews::review(Change& change, bool urgent) {
    const Checks& draws = *change.checks;
    if (is_paired(change)) {
        co_await fix(change, quality.review_finds);
        co_return;
    }
    const Assistance& assistance = org.scenario.assistance;
    if (draws.unreviewed < quality.unreviewed_share + (change.assisted ? assistance.unreviewed : 0)) co_return;
    double effort = quality.review_effort + quality.review_effort_by_size * change.lines / lines_of_a_change;
    effort *= change.assisted ? assistance.review_effort : 1;
    const double finds = quality.review_finds * (change.lines > quality.large_change ? quality.large_change_finds : 1.0);
    co_await read(change, effort, draws.review_wait, urgent);
    co_await fix(change, finds);
    if (draws.second_round < quality.second_round_share) {
        co_await rework(change, urgent);
        co_await read(change, effort * quality.second_review, draws.second_wait, urgent);
        co_await fix(change, finds);
    }
}

Process Reviews::read(Change& change, double effort, double wait, bool urgent) {
    wait = urgent ? 0.0 : wait * (change.assisted ? org.scenario.assistance.pick_up : 1);
    std::optional<Turn> turn;
    if (time && effort > 0 && !urgent) turn.emplace(org, *time, time->turn(effort));
    std::optional<Attention> waiting;
    if (wait != 0 || turn) waiting.emplace(attention(wait, turn ? &*turn : nullptr));
    co_await org.people.work(Role::developer, Stage::code, effort,
                             {.urgent = urgent, .anyone = one_team(org, change) && !turn, .on_call = urgent},
                             {.item = change.item, .change = change.id, .detail = task(Task::review)},
                             waiting ? &*waiting : nullptr);
    if (turn) turn->end();
}

Process Reviews::rework(Change& change, bool urgent) {
    return org.people.work(Role::developer, Stage::code, change.effort * quality.review_rework,
                           {.urgent = urgent, .anyone = one_team(org, change), .on_call = urgent},
                           {.item = change.item, .change = change.id});
}

Process Reviews::fix(Change& change, double finds) {
    return fix_defects(org, change, {&DefectRow::review, finds}, FoundIn::review, 0);
}

Process Reviews::attention(double hours, Turn* turn) {
    const double asked = org.env.now;
    co_await room.request();
    co_await org.env.timeout(until_seen(asked, hours));
    room.release();
    if (turn != nullptr) co_await turn->begin();
}

double Reviews::until_seen(double asked, double hours) const {
    const Calendar& calendar = org.people.calendar;
    const double now = org.env.now, wait = calendar.elapsed(now, hours);
    const double reminder = std::max(now, asked + quality.reminder_after);
    if (quality.reminder_after == 0 || now + wait <= reminder) return wait;
    const double before = calendar.working_hours(now, reminder);
    return calendar.elapsed(now, before + (hours - before) * (1 - quality.reminder_effect));
}

}  // namespace devopssim
