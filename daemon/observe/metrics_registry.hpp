// The metrics table made alive: one family of prometheus-cpp for each row, and for each view or source the series to
// drop with it. Not thread-safe.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "metrics_table.hpp"

namespace freshet::observe {

class MetricsRegistry {
  public:
    // Label values in the order of the row's labels.
    using Values = std::initializer_list<std::string>;

    MetricsRegistry();

    prometheus::Counter& counter(Metric metric, const Values& values = {});
    prometheus::Gauge& gauge(Metric metric, const Values& values = {});
    prometheus::Histogram& histogram(Metric metric, const Values& values = {});

    // Drops the series of this row whose first label has this value; without labels, the one there is.
    void remove(Metric metric, const std::string& first_value = {});
    // Drops every series whose first label is `label` with this value.
    void remove_all(std::string_view label, const std::string& value);

    // Families by name, series by labels.
    std::vector<prometheus::MetricFamily> collect() const;

  private:
    template <typename T>
    using Families = std::map<Metric, prometheus::Family<T>*>;

    void register_family(const MetricRow& row);
    template <typename T, typename... Args>
    T& series(prometheus::Family<T>& family, Metric metric, const Values& values, const Args&... args);

    prometheus::Registry registry_;
    Families<prometheus::Counter> counters_;
    Families<prometheus::Gauge> gauges_;
    Families<prometheus::Histogram> histograms_;
    // By row and value of its first label (empty for none), how to drop each series.
    std::map<std::pair<Metric, std::string>, std::map<void*, std::function<void()>>> removers_;
};

}  // namespace freshet::observe
