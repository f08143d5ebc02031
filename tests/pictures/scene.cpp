#include "pictures/scene.hpp"

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "monitoring/alertmanager.hpp"
#include "monitoring/dashboards.hpp"
#include "monitoring/watched_demo.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"

namespace freshet::testing {

namespace {

using std::chrono::seconds;

constexpr const char* view = "mv_revenue_by_project_month";
constexpr seconds quiet{70};
constexpr seconds patience{120};

std::int64_t now() {
    return std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

class Scene {
  public:
    Scene() : alertmanager_(inbox_), demo_(std::chrono::minutes(12), alertmanager_.port()), client_(demo_.client()) {}

    nlohmann::json play() {
        const auto begin = now();
        tell("quiet work");
        std::this_thread::sleep_for(quiet);
        tell("a large import");
        demo_.import_much();
        std::this_thread::sleep_for(quiet / 2);
        hold_the_view();
        std::this_thread::sleep_for(quiet);
        return recorded(begin, now());
    }

  private:
    static void tell(const std::string& what) { std::cout << what << std::endl; }

    // A lock, the page, the release and the end of the page.
    void hold_the_view() {
        auto holder = demo_.client();
        holder.exec("BEGIN; LOCK TABLE freshet.state_" +
                    client_.scalar("SELECT id FROM freshet.view WHERE relation_name = $1", {view}) + "_0");
        marks_["locked"] = now();
        tell("a lock on the report's state");
        marks_["paged"] = wait_for("trigger");
        std::this_thread::sleep_for(quiet / 3);
        holder.exec("ROLLBACK");
        marks_["released"] = now();
        tell("released");
        marks_["resolved"] = wait_for("resolve");
    }

    std::int64_t wait_for(const std::string& action) {
        const bool came = eventually([&] { return !message(action).empty(); }, patience);
        if (!came) throw std::runtime_error("no page to " + action + "\n" + alertmanager_.errors() + demo_.logs());
        tell("page: " + action);
        return now();
    }

    nlohmann::json message(const std::string& action) const {
        for (const auto& one : inbox_.messages()) {
            if (one.path != "/page") continue;
            auto body = nlohmann::json::parse(one.body);
            const bool ours = one.body.find("#freshetviewstale") != std::string::npos;
            if (ours && body.value("event_action", "") == action) return body;
        }
        return {};
    }

    nlohmann::json recorded(std::int64_t begin, std::int64_t end) const {
        nlohmann::json result{{"span", {{"begin", begin}, {"end", end}}}, {"view", view}};
        for (const auto& dashboard : shipped_dashboards(view)) {
            for (const auto& panel : dashboard.panels) {
                result["dashboards"][dashboard.uid][std::to_string(panel.json.at("id").get<int>())] =
                    answers(panel, begin, end);
            }
        }
        const auto range = [&](const std::string& expression) {
            return demo_.prometheus().between(expression, begin, end, seconds(1));
        };
        const std::string chosen = "{view=\"" + std::string(view) + "\"}";
        result["page"] = {{"marks", marks_},
                          {"message", message("trigger")},
                          {"resolved", message("resolve")},
                          {"staleness", range("freshet_view_staleness_seconds" + chosen)},
                          {"objective", range("freshet_view_staleness_objective_seconds" + chosen)},
                          {"alerts", range("ALERTS{alertname=\"FreshetViewStale\"}")}};
        return result;
    }

    // A heat map counts what came within each step, so that its steps must not overlap.
    nlohmann::json answers(const DashboardPanel& panel, std::int64_t begin, std::int64_t end) const {
        const int step = panel.type == "heatmap" ? 10 : 2;
        nlohmann::json result{{"step", step}, {"targets", nlohmann::json::array()}};
        for (const auto& target : panel.targets) {
            result["targets"].push_back(demo_.prometheus().between(target.expression, begin, end, seconds(step)));
        }
        return result;
    }

    Inbox inbox_;
    Alertmanager alertmanager_;
    WatchedDemo demo_;
    Client client_;
    nlohmann::json marks_;
};

}  // namespace

void record_scene(const std::filesystem::path& file) {
    Scene scene;
    write_text(file, scene.play().dump());
}

}  // namespace freshet::testing
