#include "staff.hpp"

namespace devopssim {

Staff::Staff(Environment& env, const Scenario& scenario, Draws& draws) : env(env), team(scenario.team), draws(draws) {
    const double shift = hours_per_day / team.time_zones;
    for (int zone = 0; zone < team.time_zones; ++zone) calendars.emplace_back(team.hours_per_week, zone * shift);
    until.assign(calendars.size(), -inf);
    on_duty.assign(calendars.size(), true);
    const double heads[roles] = {team.analysts, team.developers, team.testers, team.operators, team.security};
    for (int role = 0; role < roles; ++role) {
        first_size[role] = static_cast<std::int64_t>(heads[role]);
        for (std::int64_t head = 0; head < first_size[role]; ++head)
            everybody.push_back(new_person(static_cast<Role>(role)));
    }
}

Person* Staff::new_person(Role role, double joined) {
    const std::int64_t number = size[index(role)]++;
    people.push_back({role, static_cast<int>(number % static_cast<std::int64_t>(calendars.size())), joined});
    return &people.back();
}

Person* Staff::join(Role role) {
    Person* newcomer = new_person(role, env.now);
    everybody.push_back(newcomer);
    newcomers.push_back(newcomer);
    return newcomer;
}

Person* Staff::replace(Person* person) {
    Person* newcomer = new_person(person->role, env.now);
    for (Person*& place : everybody) {
        if (place == person) {
            place = newcomer;
            break;
        }
    }
    newcomers.push_back(newcomer);
    return newcomer;
}

bool Staff::is_on_duty(const Person& person) {
    const int zone = person.zone;
    if (env.now >= until[zone]) {
        const auto [on, end] = calendars[zone].shift(env.now);
        on_duty[zone] = on;
        until[zone] = end;
    }
    return on_duty[zone];
}

double Staff::productivity(const Person& person, Role role) {
    const int own = index(person.role);
    double rate = 1.0;
    if (!newcomers.empty()) {
        const double scale = team.ramp_up * hours_per_week;
        std::erase_if(newcomers, [&](const Person* one) { return !(env.now - one->joined < learnt * scale); });
        double arrears = 0, all_arrears = 0;
        std::int64_t learners = 0;
        bool is_learner = false;
        for (const Person* one : newcomers) {
            if (one->role != person.role) continue;
            const double left = still_to_learn((env.now - one->joined) / scale);
            all_arrears += left;
            ++learners;
            if (one == &person) {
                is_learner = true;
                arrears = left;
            }
        }
        if (is_learner)
            rate -= (1 - team.newcomer_productivity) * arrears;
        else if (learners > 0)
            rate -= team.mentoring * all_arrears / static_cast<double>(std::max<std::int64_t>(1, size[own] - learners));
    }
    if (size[own] != first_size[own]) rate *= left_by_talking(size[own]) / left_by_talking(first_size[own]);
    return std::max(rate, least_productivity) / effort_factor(person, role);
}

double Staff::effort_factor(const Person& person, Role role) {
    if (person.role == role) return 1.0;
    const double untrained = draws.value(TableName::untrained, person.tasks[index(role)]);
    return team.practised_effort + std::max(0.0, team.secondary_effort - team.practised_effort) * untrained;
}

double Staff::left_by_talking(std::int64_t people) const {
    return std::max(least_productivity, 1 - team.communication * static_cast<double>(people * people));
}

double Staff::still_to_learn(double time) {
    const auto step = static_cast<std::int64_t>(time * steps);
    const double x = static_cast<double>(step) / steps - time;
    return draws.value(TableName::learning, step) *
           (1 + x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6))))));
}

}  // namespace devopssim
