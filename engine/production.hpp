// The service in production: infrastructure, defects, installations and attacks break it; people detect, mitigate and repair.
// See devopssim/simulation/production.py.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "draws.hpp"
#include "events.hpp"
#include "recorder.hpp"
#include "use.hpp"
#include "work_items.hpp"

namespace devopssim {

class Organisation;

struct Deployment {
    std::int32_t id;
    std::vector<Change*> changes;
    double time;
    bool automated, mistake;
    bool canary = false, canary_shows_mistake = false, rolled_back = false;
};

struct IncidentRow {
    double alert, report, minor_report, response, night_response, diagnosis, repair, containment;  // hours
    double mitigation, rollback, severity;
    double practices[devopssim::practices];
};

struct Incident {
    std::int32_t id;
    const IncidentRow* drawn;
    Impact severity;
    Via via = Via::fix;
    bool is_paged = false;
    bool awaits_repair = false;
    const double* draws() const { return drawn->practices; }
    bool is_emergency() const { return severity != Impact::minor; }
};

// What restores the service.
using Restore = std::function<Process(Incident&)>;

// What a failure names beside its incident.
struct Failure {
    Cause cause;
    Deployment* deployment = nullptr;
    std::int32_t finding = none;
    int replica = none;
    bool on_canary = false;
};

class ServiceOperation {
public:
    explicit ServiceOperation(Organisation& org);
    void receive(Deployment& deployment);
    bool canary_shows(const Deployment& deployment) const;
    Process infrastructure(int host);
    Process fail(Failure failure, Restore restore);
    Process respond(Role role, double effort, Incident& incident);

private:
    Process operate(Deployment& deployment);
    Process surface(Deployment& deployment, Change& change, Defect& defect);
    Process detect(Incident& incident);
    Process answer(Incident& incident);
    Process restart(Incident& incident);
    Process reinstall(Deployment& deployment, Incident& incident);
    Process undo(Deployment& deployment, Change& change, Defect& defect, Incident& incident);
    Process roll_back(Deployment& deployment, Incident& incident);
    Process diagnose(Incident& incident, std::int64_t changes);
    Process restore_by_hand(Incident& incident);
    double in_use(double hours) const;
    bool can_roll_back(const Deployment& deployment, const Incident& incident) const;
    bool installer_sees(const Deployment& deployment, const Incident& incident) const;
    bool on_canary(const Deployment& deployment, const Defect& defect) const;
    void record_detection(const Incident& incident, bool automated);
    void resolve(const Incident& incident);
    Incident& incident();

    Organisation& org;
    ServiceUse use;
    DrawTable<IncidentRow> rows;
    std::int32_t incidents = 0;
    std::unordered_map<std::int32_t, Incident*> awaiting_repair;
};

}  // namespace devopssim
