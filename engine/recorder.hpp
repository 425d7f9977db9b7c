// The log: one row an event, in codes. Python turns them into names when somebody asks for a log (devopssim/simulation/codes.py).
#pragma once

#include <cstdint>
#include <vector>

#include "events.hpp"
#include "scenario.hpp"
#include "work_items.hpp"

namespace devopssim {

#define KINDS(K) \
    K(ticket_created) K(ticket_started) K(ticket_done) K(ticket_closed) K(stage_queued) K(stage_started) K(stage_finished) \
    K(change_created) K(change_merged) K(change_abandoned) K(build_started) K(build_finished) K(testsuiterun_started) \
    K(testsuiterun_finished) K(artifact_published) K(service_deployed) K(service_rolledback) K(service_failed) \
    K(incident_detected) K(incident_reported) K(service_restored) K(incident_resolved) K(defect_injected) K(defect_found) \
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

struct Row {
    double time;
    Detail detail;
    std::int32_t item, change, deployment, incident, finding;
    Kind kind;
    Stage stage;
    Role role;
    std::int8_t unused = 0;
};

class Recorder {
public:
    Recorder(Environment& env, std::int64_t most_rows) : env(env), most_rows(most_rows) {}
    void record(Kind kind, const Fields& fields) {
        if (static_cast<std::int64_t>(rows.size()) >= most_rows) {
            is_full = true;
            env.stop();
            return;
        }
        rows.push_back({env.now, fields.detail, fields.item, fields.change, fields.deployment, fields.incident, fields.finding,
                        kind, fields.stage, fields.role});
    }
    std::vector<Row> rows;
    bool is_full = false;

private:
    Environment& env;
    std::int64_t most_rows;
};

}  // namespace devopssim
