#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
using nlohmann::json;

TEST_CASE("a known delay is found by the manual's rule and stated in its sign convention") {
    const Finished done = rlecouple({"correlate", "-", "-o", "-"}, coupled_table(90, 2));
    REQUIRE(done.exit_code == 0);
    const json c = json::parse(done.out);
    CHECK(c["schema"] == "rlecouple.correlation/1");
    CHECK(c["driver"] == "grad_norm");
    CHECK(c["response"] == "rle");
    CHECK(c["n_samples"] == 90);
    CHECK(c["sample_hz"] == 1.0);
    CHECK(c["max_lag_s"] == 3.0);
    CHECK(c["manual"]["ccf"].size() == 7);
    CHECK(c["manual"]["t_lag_s"] == -2.0);
    CHECK(c["manual"]["r_peak"].get<double>() < -0.9);
    CHECK(c["manual"]["strength"] == "strong");
    CHECK(c["manual"]["causal_order"] == "driver_leads");
    CHECK(c["manual"]["ccf"][0]["lag_s"] == -3.0);
    CHECK(c["manual"]["ccf"][0]["n"] == 87);
    for (const char* key :
         {"tested", "granger", "coupling", "sigma_opt", "verdict", "explanation", "warnings"}) {
        INFO(key);
        CHECK(c.contains(key));
    }
}

TEST_CASE("--device is for one device, and takes nothing else with it") {
    TempDir dir;
    const std::string table = dir / "table.csv";
    write_file(table, coupled_table(90, 2));
    const Finished twice = rlecouple({"correlate", table, "--device", "a", "--device", "b", "-o", "-"});
    CHECK(twice.exit_code == 2);
    CHECK(twice.out.empty());
    CHECK(twice.err.find("rlecouple: correlate: --device: ") == 0);
    const Finished before_file = rlecouple({"correlate", "--device", "nowhere", table, "-o", "-"});
    CHECK(before_file.exit_code == 2);
    CHECK(before_file.err.find("no device 'nowhere' in the table") != std::string::npos);
}

TEST_CASE("a correlation that rests on estimates says so, and only then") {
    TempDir dir;
    std::string session = R"({"schema": "rlecouple.session/1", "devices": [)"
                          R"({"name": "cpu", "kind": "cpu", "modelled": ["power_w", "temp_c"]}]})";
    write_file(dir / "session.json", session);
    write_file(dir / "aligned.csv", coupled_table(90, 2));
    const Finished rle = rlecouple({"correlate", dir.path().string()});
    const json c = json::parse(read_file(dir / "correlation.json"));
    CHECK(c["warnings"][0].get<std::string>().rfind(
              "rle rests on estimates: temp_c and power_w, not measured", 0) == 0);
    CHECK(rle.err.find("warning: rle rests on estimates") != std::string::npos);

    const std::string marks = "t_s,loss,util_pct,temp_c,modelled\n";
    std::string table = marks;
    Noise noise(11);
    for (int t = 0; t < 60; ++t)
        table += fmt::format("{},{},{},{},temp_c\n", t, noise(), 50.0 + noise(), 40.0 + noise());
    const auto warned = [&](const std::string& response) {
        const Finished done =
            rlecouple({"correlate", "-", "-o", "-", "--driver", "loss", "--response", response}, table);
        return done.err.find("is an estimate, not measured") != std::string::npos;
    };
    CHECK(warned("temp_c"));
    CHECK_FALSE(warned("util_pct"));
}

TEST_CASE("sigma_opt is SD over mean of the gradient norm") {
    // 1, 3, 1, 3, ...: mean 2, sample SD sqrt(40 / 39).
    std::string table = "t_s,grad_norm,rle\n";
    Noise noise(3);
    for (int t = 0; t < 40; ++t)
        table += std::to_string(t) + (t % 2 == 0 ? ",1," : ",3,") + std::to_string(noise()) + "\n";
    const json c = json::parse(rlecouple({"correlate", "-", "-o", "-"}, table).out);
    CHECK(c["sigma_opt"].get<double>() == Approx(std::sqrt(40.0 / 39.0) / 2.0));
}

TEST_CASE("any pair of columns, and a row that a file lacks shifts nothing") {
    std::string table = "t_s,loss,temp_c\n";
    Noise noise(5);
    std::vector<double> loss;
    for (int t = 0; t < 80; ++t) loss.push_back(noise());
    for (int t = 0; t < 80; ++t) {
        if (t % 9 == 4) continue;  // rows missing from the file
        table += std::to_string(t) + "," + std::to_string(loss[static_cast<std::size_t>(t)]) + "," +
                 std::to_string(50.0 + (t > 0 ? loss[static_cast<std::size_t>(t - 1)] : 0.0)) + "\n";
    }
    const Finished done =
        rlecouple({"correlate", "-", "-o", "-", "--driver", "loss", "--response", "temp_c"}, table);
    const json c = json::parse(done.out);
    CHECK(c["manual"]["t_lag_s"] == -1.0);
    CHECK(c["manual"]["r_peak"].get<double>() == Approx(1.0).margin(1e-6));
}

TEST_CASE("too few samples, or a series that does not move: exit 4, and the result says so") {
    const Finished few = rlecouple({"correlate", "-", "-o", "-"}, coupled_table(20, 1));
    CHECK(few.exit_code == 4);
    CHECK(json::parse(few.out)["verdict"] == "insufficient_data");
    std::string constant = "t_s,grad_norm,rle\n";
    for (int t = 0; t < 60; ++t) constant += std::to_string(t) + ",1.5," + std::to_string(t % 7) + "\n";
    const Finished still = rlecouple({"correlate", "-", "-o", "-"}, constant);
    CHECK(still.exit_code == 4);
    const json c = json::parse(still.out);
    CHECK(c["verdict"] == "insufficient_data");
    CHECK(c["manual"]["r_peak"].is_null());
    CHECK(!c["explanation"].get<std::string>().empty());
}

TEST_CASE("a session without a training log: exit 4, and the reason by name") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    std::filesystem::remove(dir / "training.csv");
    REQUIRE(rlecouple({"align", dir.path().string()}).exit_code == 0);
    const Finished done = rlecouple({"correlate", dir.path().string()});
    CHECK(done.exit_code == 4);
    CHECK(done.err.find("the session has no training log") != std::string::npos);
    CHECK(json::parse(read_file(dir / "correlation.json"))["verdict"] == "insufficient_data");
    CHECK(rlecouple({"analyze", dir.path().string()}).exit_code == 0);
}

TEST_CASE("a response without a value, and what the manual has of a constant driver, are named") {
    std::string empty = "t_s,grad_norm,rle\n", level = empty;
    Noise noise(5);
    for (int t = 0; t < 60; ++t) {
        empty += fmt::format("{},{},\n", t, 2.0 + noise());
        level += fmt::format("{},2,{}\n", t, 0.5 + 0.1 * noise());
    }
    const Finished none = rlecouple({"correlate", "-", "-o", "-"}, empty);
    CHECK(none.exit_code == 4);
    CHECK(none.err.find("rle has no value in any row") != std::string::npos);
    const Finished constant = rlecouple({"correlate", "-", "-o", "-"}, level);
    CHECK(constant.exit_code == 4);
    const json c = json::parse(constant.out);
    CHECK(c["manual"]["r_peak"].is_null());
    CHECK(c["warnings"].dump().find("no r_peak, t_lag_s, strength and causal_order: grad_norm is constant") !=
          std::string::npos);
}

TEST_CASE("more lags than the session tells of are a warning, not an error") {
    const Finished done = rlecouple({"correlate", "-", "-o", "-", "--max-lag", "1000"}, coupled_table(90, 2));
    REQUIRE(done.exit_code == 0);
    const json c = json::parse(done.out);
    CHECK(c["max_lag_s"] == 60.0);  // 30 of 90 samples still have a partner
    CHECK(c["manual"]["ccf"].size() == 121);
    CHECK(c["tested"]["ccf"].size() == 121);
    CHECK(c["tested"]["t_lag_s"] == -2.0);
    CHECK(done.err.find("lags are searched up to 60 s") != std::string::npos);
}

TEST_CASE("bad tables get one clear line") {
    const TempDir dir;
    const Finished no_column = rlecouple({"correlate", "-"}, "t_s,a,rle\n0,1,2\n1,2,3\n");
    CHECK(no_column.exit_code == 1);
    CHECK(no_column.err.find("grad_norm") != std::string::npos);
    CHECK(no_column.err.find("a, rle") != std::string::npos);
    CHECK(lines_of(no_column.err).size() == 1);
    const Finished no_time = rlecouple({"correlate", "-"}, "grad_norm,rle\n1,2\n2,3\n");
    CHECK(no_time.exit_code == 1);
    CHECK(no_time.err.find("t_s") != std::string::npos);
    CHECK(rlecouple({"correlate", dir / "nothing"}).exit_code == 1);
    const Finished unaligned = rlecouple({"correlate", dir.path().string()});
    CHECK(unaligned.exit_code == 1);
    CHECK(unaligned.err.find("rlecouple align") != std::string::npos);
    CHECK(rlecouple({"correlate"}).exit_code == 2);
    const Finished itself = rlecouple({"correlate", "-", "--driver", "rle"}, "t_s,rle\n0,1\n1,2\n");
    CHECK(itself.exit_code == 2);
    CHECK(itself.err.find("rle is the driver, too") != std::string::npos);
}

TEST_CASE("of two devices the GPU is taken, of two GPUs none without being named") {
    std::string one_gpu = "t_s,device,grad_norm,rle\n", two_gpus = one_gpu;
    Noise noise(11);
    for (int t = 0; t < 40; ++t) {
        for (const char* device : {"cpu", "gpu"}) {
            one_gpu += std::to_string(t) + "," + device + "," + std::to_string(noise()) + "," +
                       std::to_string(noise()) + "\n";
        }
        for (const char* device : {"gpu0", "gpu1"}) {
            two_gpus += std::to_string(t) + "," + device + "," + std::to_string(noise()) + "," +
                        std::to_string(noise()) + "\n";
        }
    }
    const json c = json::parse(rlecouple({"correlate", "-", "-o", "-"}, one_gpu).out);
    CHECK(c["device"] == "gpu");
    CHECK(c["n_samples"] == 40);
    const Finished open = rlecouple({"correlate", "-", "-o", "-"}, two_gpus);
    CHECK(open.exit_code == 2);
    CHECK(open.err.find("gpu0, gpu1") != std::string::npos);
    CHECK(json::parse(rlecouple({"correlate", "-", "-o", "-", "--device", "gpu1"}, two_gpus).out)["device"] ==
          "gpu1");
}

TEST_CASE("what both do as epochs end is told and no coupling, where the table has the epochs") {
    const auto table = [](bool with_epochs) {
        Noise noise(5);
        std::string text = with_epochs ? "t_s,rle,grad_norm,epoch\n" : "t_s,rle,grad_norm\n";
        for (int t = 0; t < 240; ++t) {
            const bool first = t % 30 == 10, second = t % 30 == 11;
            text += fmt::format("{},{},{}", t, 5.0 + 0.1 * noise() - (first || second ? 2.0 : 0.0),
                                1.0 + 0.1 * noise() + (first ? 2.0 : 0.0));
            text += with_epochs ? fmt::format(",{}\n", (t + 20) / 30) : "\n";
        }
        return text;
    };
    const std::string warned = "driver and response both change with the epochs";
    const Finished without = rlecouple({"correlate", "-", "-o", "-"}, table(false));
    REQUIRE(without.exit_code == 0);
    CHECK(json::parse(without.out)["verdict"] == "coupled");
    CHECK(without.err.find(warned) == std::string::npos);
    const Finished with = rlecouple({"correlate", "-", "-o", "-"}, table(true));
    REQUIRE(with.exit_code == 0);
    CHECK(json::parse(with.out)["verdict"] == "not_detected");
    CHECK(with.err.find("warning: " + warned) != std::string::npos);
    // As the driver itself it is no clock.
    CHECK(rlecouple({"correlate", "-", "-o", "-", "--driver", "epoch"}, table(true)).err.find(warned) ==
          std::string::npos);
}

TEST_CASE("what is not detected is told with the k that would have been, or why there is none") {
    std::string relaxing = "t_s,grad_norm,rle\n", white = relaxing;
    Noise noise(17);
    double y = 0.0;
    for (int t = 0; t < 180; ++t) {
        const double g = 2.0 + noise();
        y = 0.8 * y + 0.05 * noise();
        relaxing += fmt::format("{},{},{}\n", t, g, 0.5 + y);
        white += fmt::format("{},{},{}\n", t, g, 0.5 + 0.05 * noise());
    }
    const Finished done = rlecouple({"correlate", "-", "-o", "-"}, relaxing);
    REQUIRE(done.exit_code == 0);
    const json c = json::parse(done.out);
    REQUIRE(c["verdict"] == "not_detected");
    // By hand: b = 0.05 r / sqrt(1 - r^2) of a driver that has the SD of the noise it is made with, and the
    // band of 180 samples, 2.68 / sqrt(180), is r; k = b at 1 Hz.
    const double r = 2.683 / std::sqrt(180.0);
    CHECK(c["tested"]["detectable_k_per_s"].get<double>() ==
          Approx(0.05 * r / std::sqrt(1.0 - r * r)).epsilon(0.25));
    CHECK(c["tested"]["detectable_k90_per_s"] > c["tested"]["detectable_k_per_s"]);
    const std::string told =
        fmt::format("a coupling of k = {:.2g} /s would have been found in half of such sessions",
                    c["tested"]["detectable_k_per_s"].get<double>());
    CHECK(c["explanation"].get<std::string>().find(told) != std::string::npos);
    CHECK(done.err.find("detectable") == std::string::npos);

    const Finished at_once = rlecouple({"correlate", "-", "-o", "-"}, white);
    REQUIRE(at_once.exit_code == 0);
    const json none = json::parse(at_once.out);
    CHECK(none["tested"]["detectable_k_per_s"].is_null());
    CHECK(none["tested"]["detectable_k90_per_s"].is_null());
    CHECK(none["warnings"].dump().find("tested.detectable_k_per_s") != std::string::npos);
    CHECK(at_once.err.find("warning: tested.detectable_k_per_s and detectable_k90_per_s are missing: the "
                           "response keeps little of itself") != std::string::npos);
}
