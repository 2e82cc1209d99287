// Power rails of NVIDIA's Jetson boards, by the names that the kernel's drivers give them.
#pragma once

#include <string_view>

namespace rle::formats {

/// What measures the GPU, best first: its own rail, one that it shares, or that of the whole module.
inline constexpr std::string_view kGpuRails[] = {"VDD_GPU_SOC", "VDD_GPU",        "VDD_SYS_GPU", "POM_5V_GPU",
                                                 "GPU",         "VDD_CPU_GPU_CV", "VDD_IN",      "POM_5V_IN"};
/// What measures the module.
inline constexpr std::string_view kModuleRails[] = {"VDD_IN", "POM_5V_IN"};

}  // namespace rle::formats
