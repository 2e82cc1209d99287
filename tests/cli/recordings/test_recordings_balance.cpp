// balance on real recordings: its sums against tests/oracle/recordings.json, for the hA and C that it found
// itself.
#include <cmath>
#include <utility>

#include "recordings.hpp"
#include "support/catch.hpp"

using namespace recordings;
using nlohmann::json;

namespace {

// Energy in lies where any course of the power between its readings puts it, whatever the model.
void check_energy_in(const json& conservation, const json& sums) {
    if (conservation.at("energy_in_j").is_null()) return;
    const double in = conservation.at("energy_in_j");
    const double expected = sums.at("energy_in_j"), margin = sums.at("energy_in_margin_j");
    INFO("energy in " << in << " J, by the trapezoid rule " << expected << " +- " << margin << " J");
    CHECK(std::abs(in - expected) <= margin + 1e-9 * expected);
}

// The closure is what is left of the energy in.
void check_closure(const json& conservation) {
    if (conservation.at("closure").is_null()) return;
    const double in = conservation.at("energy_in_j"), out = conservation.at("energy_out_j");
    CHECK(
        same(conservation.at("closure"), (in - out - conservation.at("energy_stored_j").get<double>()) / in));
}

// One node has no hidden state: energy out and stored follow from the recorded temperatures, and the fan
// where hA follows it.
void check_one_node(const json& found, const json& sums) {
    const json& thermal = found.at("thermal");
    if (thermal.at("model") != "one-node" || found.at("conservation").at("closure").is_null()) return;
    const double hA = thermal.at("hA_w_per_c"), C = thermal.at("C_j_per_c"), excess = sums.at("excess_c_s");
    double out = hA * excess, margin = 1e-9 * hA * excess;
    if (const json& by_fan = thermal.at("hA_fan_w_per_c"); !by_fan.is_null()) {
        const double per_pct = by_fan.get<double>() / 100.0, fan_excess = sums.at("fan_excess_pct_c_s");
        out += per_pct * (fan_excess - sums.at("fan_mean_pct").get<double>() * excess);
        margin += per_pct * sums.at("fan_margin_pct_c_s").get<double>();
    }
    INFO("energy out " << found.at("conservation").at("energy_out_j") << " J, expected " << out << " J");
    CHECK(std::abs(found.at("conservation").at("energy_out_j").get<double>() - out) <= margin);
    CHECK(same(found.at("conservation").at("energy_stored_j"), C * sums.at("rise_c").get<double>()));
}

void check_ranges(const json& checks, const json& expected) {
    for (const auto& [name, key] :
         {std::pair{"rle", "rle"}, {"grad_norm", "grad_norm"}, {"temp_rise_c", "temperature_rise"}}) {
        for (const json& check : checks) {
            if (check.at("variable") == name) CHECK(check.at("out_of_range") == expected.at(key));
        }
    }
}

}  // namespace

TEST_CASE("energies, closure, the manual's tau and the ranges are the oracle's", "[recordings]") {
    const auto root = folder();
    if (!root) return;
    for (const auto& [name, expected] : oracle().items()) {
        const Aligned aligned(*root, name);
        for (const auto& [device, right] : expected.at("devices").items()) {
            const json found = aligned.stage({"balance", "--ambient", "21"}, device);
            INFO(name << ", " << device);
            const json& sums = right.at("balance");
            CHECK(found.at("n_samples") == sums.at("n_samples"));
            check_energy_in(found.at("conservation"), sums);
            check_closure(found.at("conservation"));
            check_one_node(found, sums);
            const json& tau = found.at("tau_th_s").at("manual_median");
            REQUIRE(tau.is_null() == sums.at("manual_tau_median_s").is_null());
            if (!tau.is_null()) CHECK(same(tau, sums.at("manual_tau_median_s")));
            CHECK(same(found.at("rle").at("max"), right.at("rle").at("max")));
            CHECK(same(found.at("rle").at("min"), right.at("rle").at("min")));
            check_ranges(found.at("range_checks"), right.at("out_of_range"));
        }
    }
}
