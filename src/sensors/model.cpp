#include "sensors/model.hpp"

#include <cmath>

namespace rle::sensors {
namespace {

double rounded_to_milli(double value) {
    return std::round(value * 1000.0) / 1000.0;
}

class Model final : public Source {
  public:
    Model(const ModelPlan& plan, const ModelParameters& parameters) : plan_(plan), parameters_(parameters) {
        if (plan.power) add("power_w");
        if (plan.temperature) add("temp_c");
        temperature_c_ = parameters.ambient_c + rise_at(parameters.idle_power_w);
    }

    void read(const Instant& now, std::span<double> values) override {
        const double power = power_at(now);
        advance(now.t_s, power);
        std::size_t next = 0;
        if (plan_.power) values[next++] = std::isnan(power) ? kMissing : rounded_to_milli(power);
        if (plan_.temperature) values[next] = std::isnan(power) ? kMissing : rounded_to_milli(temperature_c_);
    }

  private:
    void add(const char* column) {
        Channel channel{.device = plan_.device, .column = column, .source = "model"};
        channel.modelled = true;
        channels_.push_back(channel);
    }

    double rise_at(double power) const { return kModelRiseC * power / parameters_.rated_power_w; }

    double power_at(const Instant& now) const {
        if (plan_.power_slot) return now.earlier[*plan_.power_slot];
        if (!plan_.util_slot) return kMissing;
        const double share = now.earlier[*plan_.util_slot] / 100.0;
        return parameters_.idle_power_w + (parameters_.rated_power_w - parameters_.idle_power_w) * share;
    }

    void advance(double t_s, double power) {
        const double elapsed = std::isnan(last_s_) ? 0.0 : t_s - last_s_;
        last_s_ = t_s;
        if (std::isnan(power)) return;
        const double settled = parameters_.ambient_c + rise_at(power);
        temperature_c_ = settled + (temperature_c_ - settled) * std::exp(-elapsed / kModelTauS);
    }

    ModelPlan plan_;
    ModelParameters parameters_;
    double temperature_c_;
    double last_s_ = kMissing;
};

}  // namespace

std::unique_ptr<Source> make_model(const ModelPlan& plan, const ModelParameters& parameters) {
    return std::make_unique<Model>(plan, parameters);
}

}  // namespace rle::sensors
