#include "people.hpp"

#include <algorithm>

namespace devopssim {

namespace {

bool comes_later(const PersonRequest* one, const PersonRequest* other) { return one->wanted.order > other->wanted.order; }

// What a step of work is about: its item, or else its change, deployment, incident, finding or task.
std::uint64_t subject_of(const Fields& fields) {
    const std::int32_t ids[] = {fields.item, fields.change, fields.deployment, fields.incident, fields.finding};
    for (std::uint64_t column = 0; column < std::size(ids); ++column)
        if (ids[column] != none) return (column + 1) << 56 | static_cast<std::uint32_t>(ids[column]);
    return std::uint64_t{9} << 56 | fields.detail;
}

template <class Value>
Value& at(std::vector<Value>& values, std::int32_t place, Value usual) {
    if (static_cast<std::size_t>(place) >= values.size()) values.resize(static_cast<std::size_t>(place) * 2 + 16, usual);
    return values[static_cast<std::size_t>(place)];
}

}  // namespace

People::People(Environment& env, Recorder& log, const Scenario& scenario, Draws& draws)
    : staff(env, scenario, draws),
      calendar(staff.calendars[0]),
      env(env),
      log(log),
      team(scenario.team),
      switching(scenario.process.switching),
      expedite_interrupts(static_cast<Expedite>(static_cast<int>(scenario.process.expedite)) == Expedite::interrupts),
      interruptions(draws, TableName::interruptions),
      departures(draws, TableName::turnover) {
    for (Person* person : staff.everybody) free[Staff::index(person->role)].push_back(person);
    for (int role = 0; role < roles; ++role) {
        can_do[role] = {static_cast<Role>(role)};
        queues[role] = {&own[role], &open[role]};
    }
    for (std::int64_t number = 0; number < draws.rows(TableName::skills); ++number) {
        const auto& [helper, helped] = draws.row<double[2]>(TableName::skills, number);
        can_do[static_cast<int>(helped)].push_back(static_cast<Role>(static_cast<int>(helper)));
        queues[static_cast<int>(helper)].push_back(&open[static_cast<int>(helped)]);
    }
}

Process People::work(Role role, Stage stage, double effort, Manner manner, Fields fields, Attention* attention) {
    if (effort <= 0 && attention == nullptr) co_return;
    PersonRequest request{{role, order(fields, manner.urgent), stage, subject_of(fields), manner.anyone, manner.on_call}};
    const Wanted& wanted = request.wanted;
    fields.stage = stage;
    fields.role = role;
    bool done = false;
    env.open(request.waiter);
    while (!done) {
        log.record(Kind::stage_queued, fields);
        if (attention != nullptr) {
            co_await *attention;
            attention = nullptr;
        }
        request.person = nullptr;
        request.waiter.interrupted = false;
        co_await person(request);
        if (request.waiter.interrupted) continue;  // granted and preempted at the same moment: no work was done, nothing is lost
        Person& person = *request.person;
        const double started = env.now, rate = staff.productivity(person, role);
        if (person.last != 0 && person.last != wanted.subject && !manner.on_call) effort += switching * rate;
        person.last = wanted.subject;
        const Calendar& calendar = staff.calendars[person.zone];
        Fields shown = fields;
        shown.role = person.role;
        if (person.zone != 0) shown.detail = in_zone(fields.detail, person.zone);
        if (manner.begins) {
            log.record(Kind::ticket_started, {.item = fields.item});
            manner.begins = false;
        }
        log.record(Kind::stage_started, shown);
        const double hours = effort / rate;
        co_await work_for(request, manner.on_call ? hours : calendar.elapsed(started, hours));
        if (!request.waiter.interrupted) {
            done = true;
        } else {
            const double now = env.now;
            const double worked = manner.on_call ? now - started : calendar.working_hours(started, now);
            effort = std::max(0.0, effort - worked * rate);
        }
        log.record(Kind::stage_finished, shown);
        if (!request.waiter.interrupted) release(request);  // else the person already works on what interrupted this
    }
    env.close(request.waiter);
    Person& person = *request.person;
    if (person.role != role) ++person.tasks[Staff::index(role)];
}

Order People::order(const Fields& fields, bool urgent) {
    bool expedited = false;
    std::int64_t age = ages;
    std::int64_t* known = nullptr;
    if (fields.item != none) {
        expedited = at(expedited_items, fields.item, char{0}) != 0;
        known = &at(ages_of_items, fields.item, std::int64_t{-1});
    } else if (fields.incident != none) {
        expedited = at(expedited_incidents, fields.incident, char{0}) != 0;
        known = &at(ages_of_incidents, fields.incident, std::int64_t{-1});
    }
    if (known != nullptr) {
        if (*known < 0) *known = ages++;
        age = *known;
    }
    const bool planned = !urgent && !(expedited && expedite_interrupts);
    return {planned, !expedited, age, numbers++};
}

void People::expedite_item(std::int32_t item) { at(expedited_items, item, char{0}) = 1; }
void People::expedite_incident(std::int32_t incident) { at(expedited_incidents, incident, char{0}) = 1; }

void People::request(PersonRequest& request) {
    const Wanted& wanted = request.wanted;
    Person* person = take_free(wanted);
    if (person == nullptr && !wanted.order.planned && freed.empty()) person = preempt(wanted);
    if (person != nullptr) {
        grant(person, request);
        return;
    }
    Queue& queue = queue_of(request);
    queue.push_back(&request);
    std::push_heap(queue.begin(), queue.end(), comes_later);
    const auto& able = can_do[Staff::index(wanted.role)];
    for (std::size_t number = 0; number < (wanted.anyone ? able.size() : 1); ++number)
        for (const Person* off_duty : free[Staff::index(able[number])]) wake(off_duty);
}

void People::release(PersonRequest& request) {
    leave_work(request);
    if (request.person->leaves)
        env.start(replace(request.person));
    else
        look_for_work_soon(request.person);
}

void People::look_for_work_soon(Person* person) {
    if (!is_work_waiting_for(person->role)) {
        free[Staff::index(person->role)].push_back(person);
        return;
    }
    freed.push_back(person);
    if (freed.size() == 1) look_for_work_at(env.now);
}

Person* People::take_free(const Wanted& wanted) {
    const auto& able = can_do[Staff::index(wanted.role)];
    for (std::size_t number = 0; number < (wanted.anyone ? able.size() : 1); ++number) {
        auto& people = free[Staff::index(able[number])];
        auto best = people.end();
        for (auto person = people.begin(); person != people.end(); ++person) {
            if (!wanted.on_call && !staff.is_on_duty(**person)) continue;
            if ((*person)->last == wanted.subject) {
                best = person;
                break;
            }
            if (best == people.end()) best = person;
        }
        if (best != people.end()) {
            Person* person = *best;
            people.erase(best);
            return person;
        }
    }
    return nullptr;
}

Person* People::preempt(const Wanted& wanted) {
    for (PersonRequest* other = busy; other != nullptr; other = other->older) {
        if (!other->wanted.order.planned) continue;
        Person* person = other->person;
        const auto& able = can_do[Staff::index(wanted.role)];
        if (person->role == wanted.role || (wanted.anyone && std::find(able.begin(), able.end(), person->role) != able.end())) {
            leave_work(*other);
            env.interrupt(other->waiter);
            return person;
        }
    }
    return nullptr;
}

void People::grant(Person* person, PersonRequest& request) {
    request.person = person;
    request.older = busy;
    request.younger = nullptr;
    if (busy != nullptr) busy->younger = &request;
    busy = &request;
    env.resume(request.waiter);
}

void People::leave_work(PersonRequest& request) {
    (request.younger != nullptr ? request.younger->older : busy) = request.older;
    if (request.older != nullptr) request.older->younger = request.younger;
}

void People::look_for_work_at(double time) {
    env.call([](void* people) { static_cast<People*>(people)->look_for_work(); }, this, time - env.now,
             Priority::after_all_else);
}

void People::look_for_work() {
    const auto wake_up = std::find(wakes.begin(), wakes.end(), env.now);
    if (wake_up != wakes.end()) {
        wakes.erase(wake_up);
        for (auto& people : free) {
            freed.insert(freed.end(), people.begin(), people.end());
            people.clear();
        }
    }
    const std::vector<Person*> people = std::exchange(freed, {});
    for (Person* person : people) {
        PersonRequest* request = best_for(person);
        if (request != nullptr) {
            remove(*request);
            grant(person, *request);
        } else {
            free[Staff::index(person->role)].push_back(person);
            wake(person);
        }
    }
}

PersonRequest* People::best_for(Person* person) {
    PersonRequest* best = nullptr;
    const bool on_duty = staff.is_on_duty(*person);
    for (const Queue* queue : queues[Staff::index(person->role)]) {
        if (on_duty) {
            if (!queue->empty() && (best == nullptr || is_preferred(*person, *queue->front(), *best))) best = queue->front();
        } else {
            for (PersonRequest* request : *queue)
                if (request->wanted.on_call && (best == nullptr || is_preferred(*person, *request, *best))) best = request;
        }
    }
    return best;
}

// Whether a person takes a request before another: the more urgent one; else what the person does best; else what is nearest to the
// users; else the first.
bool People::is_preferred(const Person& person, const PersonRequest& request, const PersonRequest& other) {
    const Wanted &one = request.wanted, &two = other.wanted;
    if (one.order.planned != two.order.planned) return !one.order.planned;
    const double strange = staff.effort_factor(person, one.role), stranger = staff.effort_factor(person, two.role);
    if (strange != stranger) return strange < stranger;
    if (one.stage != two.stage) return one.stage > two.stage;
    return one.order < two.order;
}

void People::wake(const Person* person) {
    if (staff.is_on_duty(*person) || !is_work_waiting_for(person->role)) return;
    const double opening = staff.opening(*person);
    if (std::find(wakes.begin(), wakes.end(), opening) != wakes.end()) return;
    wakes.push_back(opening);
    look_for_work_at(opening);
}

void People::remove(PersonRequest& request) {
    Queue& queue = queue_of(request);
    if (queue.front() == &request) {
        std::pop_heap(queue.begin(), queue.end(), comes_later);
        queue.pop_back();
    } else {
        std::erase(queue, &request);
        std::make_heap(queue.begin(), queue.end(), comes_later);
    }
}

bool People::is_work_waiting_for(Role role) const {
    const auto& of_role = queues[Staff::index(role)];
    return std::any_of(of_role.begin(), of_role.end(), [](const Queue* queue) { return !queue->empty(); });
}

People::Queue& People::queue_of(const PersonRequest& request) {
    return (request.wanted.anyone ? open : own)[Staff::index(request.wanted.role)];
}

Process People::interrupt() {
    while (true) {
        const auto& [time, effort] = interruptions.next_row();
        if (time == inf) co_return;
        co_await env.timeout(calendar.elapsed(env.now, time));
        env.start(work(Role::developer, Stage::operate, effort, {.urgent = true}, {.detail = task(Task::interruption)}));
    }
}

Process People::turn_over() {
    auto& everybody = staff.everybody;
    while (true) {
        const auto& [time, draw] = departures.next_row();
        if (time == inf) co_return;
        co_await env.timeout(time);
        Person* person = everybody[static_cast<std::size_t>(draw * static_cast<double>(everybody.size()))];
        if (person->leaves) continue;
        person->leaves = true;
        if (std::erase(free[Staff::index(person->role)], person) > 0) env.start(replace(person));
    }
}

Process People::join() {
    co_await env.timeout(team.join_week * hours_per_week);
    for (int joiner = 0; joiner < team.joiners; ++joiner) look_for_work_soon(staff.join(Role::developer));
}

Process People::replace(Person* person) {
    staff.leave(*person);
    co_await env.timeout(team.vacancy * hours_per_week);
    look_for_work_soon(staff.replace(person));
}

}  // namespace devopssim
