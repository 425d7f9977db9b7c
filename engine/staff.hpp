// Staff: who the people are, when they work, and how productive they are. See devopssim/simulation/staff.py.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "calendar.hpp"
#include "draws.hpp"
#include "events.hpp"
#include "scenario.hpp"
#include "work_items.hpp"

namespace devopssim {

inline constexpr double least_productivity = 0.02;
inline constexpr double learnt = 8;   // time constants after which a newcomer counts as experienced
inline constexpr double steps = 64;   // points of the curve of learning in a time constant

struct Person {
    Role role;
    int zone = 0;
    double joined = -inf;
    bool leaves = false;
    std::uint64_t last = 0;  // the subject of the last work
    std::array<std::int64_t, roles> tasks{};
};

class Staff {
public:
    Staff(Environment& env, const Scenario& scenario, Draws& draws);

    std::vector<Person*> everybody;
    std::vector<Calendar> calendars;

    Person* join(Role role);
    void leave(const Person& person) { --size[index(person.role)]; }
    Person* replace(Person* person);
    bool is_on_duty(const Person& person);
    double opening(const Person& person) const { return until[person.zone]; }
    double productivity(const Person& person, Role role);
    double effort_factor(const Person& person, Role role);

    static constexpr int index(Role role) { return static_cast<int>(role); }

private:
    Person* new_person(Role role, double joined = -inf);
    double left_by_talking(std::int64_t people) const;
    double still_to_learn(double time);

    Environment& env;
    const Team& team;
    Draws& draws;
    std::deque<Person> people;
    std::vector<Person*> newcomers;
    std::vector<double> until;
    std::vector<char> on_duty;
    std::array<std::int64_t, roles> size{}, first_size{};
};

}  // namespace devopssim
