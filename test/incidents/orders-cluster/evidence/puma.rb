# config/puma.rb
workers 2
threads 1, 5
worker_timeout 60
preload_app!
port ENV.fetch("PORT", 3000)
