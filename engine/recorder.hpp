// The log: one row an event, in codes. Python turns them into names when somebody asks for a log (devopssim/simulation/codes.py).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "events.hpp"
#include "scenario.hpp"
#include "work_items.hpp"

namespace devopssim {

#define KINDS(K) \
    K(ticket_created) K(ticket_started) K(ticket_done) K(ticket_closed) K(stage_queued) K(stage_started) K(stage_finished) \
    K(change_created) K(change_merged) K(change_abandoned) K(build_started) K(build_finished) K(testsuiterun_started) \
    K(testsuiterun_finished) K(artifact_published) K(artifact_verified) K(service_deployed) K(service_rolledback) \
    K(service_failed) K(incident_detected) K(incident_reported) K(service_restored) K(incident_resolved) K(defect_injected) K(defect_found) \
    K(defect_fixed) K(vulnerability_injected) K(finding_reported) K(finding_dismissed) K(finding_fixed) K(patch_deployed) \
    K(scan_finished) K(misfit_found)
#define NAME(name) name,
enum class Kind : std::int8_t { none = -1, KINDS(NAME) };
#undef NAME
#define NAME(name) #name "\n"
inline constexpr char kind_names[] = KINDS(NAME);
#undef NAME

// The texts of the column `detail`: a form, up to two small numbers and a large one, and the time zone of a person.
#define FORMS(F) \
    F(nothing) F(ticket) F(commit) F(injected_vulnerability) F(injected_defect) F(defect) F(outcome) F(step) F(task) F(scan) \
    F(report) F(dismissed) F(repairs_incident) F(patches) F(failed) F(detected) F(via)
#define NAME(name) name,
enum class Form : std::uint8_t { FORMS(NAME) };
#undef NAME
#define NAME(name) #name "\n"
inline constexpr char form_names[] = FORMS(NAME);
#undef NAME

using Detail = std::uint64_t;
constexpr Detail detail(Form form, int first = 0, int second = 0, std::int64_t number = 0) {
    return static_cast<Detail>(form) | static_cast<Detail>(first) << 16 | static_cast<Detail>(second) << 24 |
           static_cast<Detail>(number) << 32;
}
constexpr Detail in_zone(Detail of, int zone) { return of | static_cast<Detail>(zone) << 8; }

enum class Task { review, interruption, patch, unplanned, training, scan, triage, fix, security_review };
constexpr Detail task(Task which) { return detail(Form::task, static_cast<int>(which)); }
enum class FoundIn { review, test, acceptance, production };
enum class Scanner { sast, sca, review, incident };
enum class Covered { scan, review, sign_off };
enum class Cause { installation, defect, infrastructure, vulnerability };
enum class Impact { total, partial, minor };  // the severity of an incident
enum class Via { fix, rollback, restart, mitigation };

struct Fields {
    std::int32_t item = none, change = none, deployment = none, incident = none, finding = none;
    Stage stage = Stage::none;
    Role role = Role::none;
    Detail detail = 0;
};

// A column that grows without being cleared.
template <class Value>
class Column {
public:
    Column() = default;
    Column(const Column&) = delete;
    Column& operator=(const Column&) = delete;
    ~Column() { std::free(values); }
    bool grow(std::size_t capacity) {
        void* longer = std::realloc(values, capacity * sizeof(Value));
        if (longer != nullptr) values = static_cast<Value*>(longer);
        return longer != nullptr;
    }
    Value* values = nullptr;
};

// Details that differ, each once, by the number that rows name it with.
class Details {
public:
    Details() : places(1024, none) {}
    std::int32_t number(Detail detail) {
        if (detail == 0) return none;
        std::size_t place = place_of(detail);
        while (places[place] != none) {
            if (known[static_cast<std::size_t>(places[place])] == detail) return places[place];
            place = (place + 1) & (places.size() - 1);
        }
        places[place] = static_cast<std::int32_t>(known.size());
        known.push_back(detail);
        if (2 * known.size() > places.size()) rebuild();
        return static_cast<std::int32_t>(known.size()) - 1;
    }
    std::vector<Detail> known;

private:
    std::size_t place_of(Detail detail) const {
        return static_cast<std::size_t>((detail * 0x9E3779B97F4A7C15u) >> 20) & (places.size() - 1);
    }
    void rebuild() {
        places.assign(2 * places.size(), none);
        for (std::size_t number = 0; number < known.size(); ++number) {
            std::size_t place = place_of(known[number]);
            while (places[place] != none) place = (place + 1) & (places.size() - 1);
            places[place] = static_cast<std::int32_t>(number);
        }
    }
    std::vector<std::int32_t> places;  // a hash table
};

struct Log {
    std::int64_t rows = 0;
    Column<double> time;
    Column<std::int32_t> item, change, deployment, incident, finding, detail;
    Column<Kind> kind;
    Column<Stage> stage;
    Column<Role> role;
    Details details;
};

class Recorder {
public:
    Recorder(Environment& env, Log& log, std::int64_t most_rows) : env(env), log(log), most_rows(most_rows) {}
    void record(Kind kind, const Fields& fields) {
        if (log.rows == capacity && !grow()) return;
        const std::int64_t row = log.rows++;
        log.time.values[row] = env.now;
        log.item.values[row] = fields.item;
        log.change.values[row] = fields.change;
        log.deployment.values[row] = fields.deployment;
        log.incident.values[row] = fields.incident;
        log.finding.values[row] = fields.finding;
        log.detail.values[row] = log.details.number(fields.detail);
        log.kind.values[row] = kind;
        log.stage.values[row] = fields.stage;
        log.role.values[row] = fields.role;
    }
    bool is_full = false;

private:
    bool grow() {
        const std::int64_t wanted = std::min(most_rows, capacity == 0 ? std::int64_t{1} << 16 : 2 * capacity);
        const auto size = static_cast<std::size_t>(wanted);
        const bool grown = wanted > capacity && log.time.grow(size) && log.item.grow(size) && log.change.grow(size) &&
                           log.deployment.grow(size) && log.incident.grow(size) && log.finding.grow(size) &&
                           log.detail.grow(size) && log.kind.grow(size) && log.stage.grow(size) && log.role.grow(size);
        if (!grown) {
            is_full = true;
            env.stop();
            return false;
        }
        capacity = wanted;
        return true;
    }

    Environment& env;
    Log& log;
    std::int64_t most_rows, capacity = 0;
};

}  // namespace devopssim
